"""The earning rules of a draft, one by one, in a form."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import StaffAct
from points.actions.publication import save_draft
from points.models import ProgramVersion
from points.program_cache import rules_of
from tests import make

pytestmark = pytest.mark.django_db
MAY = ("points.view_programversion", "points.change_programversion")


@pytest.fixture
def draft():
    make.published_program()
    later = (timezone.now() + timedelta(days=30)).isoformat()
    return save_draft(toml=make.program_toml(effective_at=later) + make.DOUBLE_TUESDAY)


def page_of(draft, rest="rule/"):
    return f"/admin/points/programversion/{draft.pk}/{rest}"


def answers(draft, **changes):
    return {
        "name_nl": "Kaasweek",
        "name_en": "Cheese week",
        "gift": "points_per_piece",
        "points_per_piece": "25",
        "categories": "kaas, Boerenkaas ,",
        "starts": "2027-03-01",
        "ends": "2027-03-07",
        "weekdays": ["friday", "monday"],
        "since": "17:00",
        "until": "20:30",
        "stores": "Utrecht",
        "least_base": "7,50",
        "from_tier": "Goud",
        "birthday_days": "3",
        "most_points": "250",
        "most_per": "week",
        "seen": draft.digest,
    } | changes


def rules(draft):
    return ProgramVersion.objects.get(pk=draft.pk).rules["earning"].get("rule", [])


def test_a_rule_is_added_with_all_that_it_asks(desk_of, draft):
    answer = desk_of(*MAY).post(page_of(draft), answers(draft))

    assert answer.status_code == 302
    assert rules(draft)[1] == {
        "name_nl": "Kaasweek",
        "name_en": "Cheese week",
        "points_per_piece": 25,
        "categories": ["Boerenkaas", "kaas"],
        "starts": "2027-03-01",
        "ends": "2027-03-07",
        "weekdays": ["monday", "friday"],
        "hours": ["17:00", "20:30"],
        "stores": ["Utrecht"],
        "least_base": "7.5",
        "from_tier": "Goud",
        "birthday_days": 3,
        "most_points": 250,
        "most_per": "week",
    }
    assert "Kaasweek" in StaffAct.objects.get().what


def test_a_rule_asks_for_nothing_that_was_left_empty(desk_of, draft):
    plain = {"name_nl": "Extra", "name_en": "Extra", "gift": "points", "points": "100"}

    desk_of(*MAY).post(page_of(draft), plain | {"seen": draft.digest})

    assert rules(draft)[1] == {"name_nl": "Extra", "name_en": "Extra", "points": 100}


def test_what_is_opened_and_saved_untouched_stays_the_same(desk_of, draft):
    desk = desk_of(*MAY)
    desk.post(page_of(draft), answers(draft))
    before = rules(draft)

    form = desk.get(page_of(draft, "rule/2/change/")).context["form"]
    sent = {field.name: field.value() for field in form if field.value() is not None}
    answer = desk.post(page_of(draft, "rule/2/change/"), sent)

    assert answer.status_code == 302
    assert rules(draft) == before


def test_a_rule_is_changed_in_its_place(desk_of, draft):
    changed = {"name_nl": "Driedubbel", "name_en": "Triple", "gift": "multiplier"}

    desk_of(*MAY).post(
        page_of(draft, "rule/1/change/"), changed | {"multiplier": "3", "seen": draft.digest}
    )

    assert rules(draft) == [{"name_nl": "Driedubbel", "name_en": "Triple", "multiplier": "3"}]


def test_a_rule_is_taken_out_after_a_question(desk_of, draft):
    desk = desk_of(*MAY)
    assert "2× punten" in desk.get(page_of(draft, "rule/1/drop/")).content.decode()

    desk.post(page_of(draft, "rule/1/drop/"), {"seen": draft.digest})

    assert rules(draft) == []
    assert rules_of(ProgramVersion.objects.get(pk=draft.pk)).is_plain


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_en": ""}, "name_en"),
        ({"points_per_piece": ""}, "points_per_piece"),
        ({"gift": "take", "take": "3", "pay": "3", "back_at": "100"}, "pay"),
        ({"gift": "multiplier", "multiplier": "0.5"}, "multiplier"),
        ({"ends": "2027-02-01"}, "ends"),
        ({"until": ""}, "until"),
        ({"weekdays": ["someday"]}, "weekdays"),
        ({"from_tier": "Platina"}, "from_tier"),
        ({"least_base": "free"}, "least_base"),
        ({"categories": "", "products": ""}, "__all__"),
        ({"seen": "0" * 64}, "__all__"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk_of, draft, changes, field):
    page = desk_of(*MAY).post(page_of(draft), answers(draft, **changes))

    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert len(rules(draft)) == 1


def test_a_draft_that_changed_meanwhile_is_not_overwritten(desk_of, draft):
    desk = desk_of(*MAY)
    first, second = answers(draft), answers(draft, name_nl="Wijnweek")

    desk.post(page_of(draft), first)
    page = desk.post(page_of(draft), second)

    assert page.context["form"].non_field_errors()
    assert [rule["name_nl"] for rule in rules(draft)] == ["Dubbele dinsdag", "Kaasweek"]


@pytest.mark.parametrize("rest", ["rule/9/change/", "rule/0/change/", "rule/9/drop/"])
def test_a_rule_that_is_not_there_is_not_found(desk_of, draft, rest):
    assert desk_of(*MAY).get(page_of(draft, rest)).status_code == 404


def test_a_published_version_has_no_rules_to_change(desk_of, draft):
    published = ProgramVersion.objects.get(number=1)

    assert desk_of(*MAY).get(page_of(published)).status_code == 404


def test_the_draft_shows_its_rules_and_where_to_change_them(desk_of, draft):
    page = desk_of(*MAY).get(page_of(draft, "change/")).content.decode()

    assert "2× punten" in page
    assert page_of(draft, "rule/1/change/") in page
    assert page_of(draft, "rule/1/drop/") in page
