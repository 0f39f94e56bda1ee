"""Finding members by the beginning of what staff type."""

import pytest
from django.db import connection
from django.utils import translation

from members.actions.cards import issue_card
from members.models import Member, Tier
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sanne():
    make.member(name="Piet Sanders", email="piet@example.nl")
    return make.member(name="Sanne de Vries", email="devries@example.nl")


def spaced(number):
    return f"{number[0]} {number[1:7]} {number[7:]}"


@pytest.mark.parametrize("text", ["Sanne", "sanne d", "SANNE DE VRIES", "  sann ", "devries@EX"])
def test_the_beginning_of_a_name_or_address_finds(sanne, text):
    assert list(Member.objects.matching(text)) == [sanne]


@pytest.mark.parametrize("text", ["de Vries", "example.nl", "%", "_anne", "2\x00", "sanne\x00"])
def test_what_nobody_begins_with_finds_nobody(sanne, text):
    assert not Member.objects.matching(text).exists()


def test_the_beginning_of_a_card_number_finds(sanne):
    number = sanne.cards.get().number

    assert list(Member.objects.matching(number[:9])) == [sanne]


def test_a_card_number_as_it_stands_on_the_card_finds(sanne):
    number = sanne.cards.get().number

    assert list(Member.objects.matching(spaced(number))) == [sanne]


def test_a_member_with_two_cards_is_found_once(sanne):
    issue_card(member_id=sanne.pk, now=make.NOW)

    found = list(Member.objects.matching("2"))

    assert len(found) == len(set(found)) == 2


@pytest.mark.parametrize("text", ["sanne", "2012345678"])
def test_a_search_can_use_an_index(sanne, text):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Member.objects.matching(text).order_by().explain()

    assert "Seq Scan" not in plan


def test_a_member_is_called_by_name_address_or_number():
    named = make.member(name="Sanne de Vries")
    addressed = make.member(name="", email="x@example.nl")
    numbered = make.member(name="", email=None)

    assert (str(named), named.first_name) == ("Sanne de Vries", "Sanne")
    assert str(addressed) == "x@example.nl"
    assert str(numbered) == f"#{numbered.pk}"


def test_a_tier_is_called_in_the_readers_language():
    tier = Tier.objects.get(rank=0)

    with translation.override("nl"):
        dutch = str(tier)
    with translation.override("en"):
        english = str(tier)

    assert (dutch, english) == ("Lid", "Member")
