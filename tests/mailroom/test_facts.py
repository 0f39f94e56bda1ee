"""What a message can say: our own facts, and those of the rooms above."""

import pytest

from mailroom.facts import Fact, facts_of, offered_facts
from mailroom.signals import facts_offered, facts_wanted
from members.models import Branding
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shoe_size():
    asked = []

    def offer(**_):
        return [Fact("shoe_size", "shoe size", "42")]

    def answer(member_ids, wanted, now, **_):
        asked.append((member_ids, wanted))
        return {member_ids[0]: {"shoe_size": "42"}}

    facts_offered.connect(offer)
    facts_wanted.connect(answer)
    yield asked
    facts_offered.disconnect(offer)
    facts_wanted.disconnect(answer)


def test_what_rooms_offer_can_be_asked_for(shoe_size, now):
    anna, ben = make.member(name="Anna Visser"), make.member(name="")
    Branding.objects.create(name="Marktzicht")

    facts = facts_of([anna, ben], wanted={"first_name", "shoe_size", "program"}, now=now)

    assert "shoe_size" in [fact.name for fact in offered_facts()]
    assert facts[anna.pk]["first_name"] == "Anna"
    assert facts[anna.pk]["shoe_size"] == "42"
    assert facts[ben.pk]["program"] == "Marktzicht"
    assert "shoe_size" not in facts[ben.pk]
    assert shoe_size == [([anna.pk, ben.pk], {"shoe_size"})]


def test_rooms_are_not_asked_for_what_nobody_wants(shoe_size, now):
    facts_of([make.member()], wanted={"name"}, now=now)

    assert shoe_size == []


@pytest.mark.parametrize("name", ["win at evil.example", "https://evil", "a@b"])
def test_a_name_that_leads_somewhere_is_no_name(name, now):
    member = make.member(name=name)

    assert not facts_of([member], wanted={"name"}, now=now)[member.pk].get("first_name")
