"""Refunds by line over HTTP, and rules in words in both languages."""

import pytest

from points.actions.publication import publish_version, save_draft
from points.models import Refund
from tests import make
from tests.api.test_purchases import purchase
from tests.points.programs import toml

pytestmark = pytest.mark.django_db
PATH = "/purchases/chain/R-1/refunds"
CHEESE = {
    "name_nl": "Kaasweken",
    "name_en": "Cheese weeks",
    "multiplier": 3,
    "categories": ["cheese"],
}
FIRST = {"name_nl": "Welkom", "name_en": "Welcome", "points": 7, "first_purchase": True}
SUNDAY = {"name_nl": "Zondag", "name_en": "Sunday", "multiplier": 2, "weekdays": ["monday"]}
LINES = [
    {"category": "cheese", "quantity": "2", "amount": "10.00"},
    {"category": "tobacco", "amount": "9.00"},
]
BACK = {
    "refund": "T-1",
    "refunded_at": "2026-03-02T10:00:00+01:00",
    "total": "5.00",
    "lines": [{"line": 1, "quantity": "1", "amount": "5.00"}],
}


@pytest.fixture
def emma(db):
    rules = toml(CHEESE, FIRST, SUNDAY, excluded_categories=["tobacco"], remainder="carry")
    publish_version(version_id=save_draft(toml=rules).pk, now=make.NOW)
    return make.member(name="Emma Jansen")


@pytest.fixture
def bought(till, emma):
    answer = till.post("/purchases", purchase(emma, total="19.60", lines=LINES))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_refund_of_a_line_takes_what_that_line_earned(till, emma, bought):
    answer = till.post(PATH, BACK)

    assert answer.status_code == 201, answer.content
    assert answer.json()["points"] == -15
    assert make.balance(emma) == bought["points"] - 15


def test_a_refund_of_a_line_that_earned_nothing_takes_nothing(till, emma, bought):
    sent = {"refund": "T-2", "total": "9.00", "lines": [{"line": 2, "amount": "9.00"}]}

    answer = till.post(PATH, BACK | sent)

    assert (answer.status_code, answer.json()["points"]) == (201, 0)
    assert make.balance(emma) == bought["points"]


def test_the_same_refund_again_answers_the_same_bytes(till, bought):
    first = till.post(PATH, BACK)
    again = till.post(PATH, BACK)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert Refund.objects.count() == 1


def test_the_same_refund_of_other_lines_is_told_what_differs(till, bought):
    till.post(PATH, BACK)

    for lines in ([], [{"line": 1, "quantity": "2", "amount": "5.00"}]):
        answer = till.post(PATH, BACK | {"lines": lines})

        assert (answer.status_code, answer.json()["code"]) == (409, "other_content")
        assert answer.json()["details"]["different"] == "lines"


def test_a_line_that_is_not_there_is_refused(till, emma, bought):
    answer = till.post(PATH, BACK | {"lines": [{"line": 3, "amount": "5.00"}]})

    assert answer.status_code == 409
    assert answer.json()["code"] == "unknown_line"
    assert answer.json()["details"] == {"line": 3}
    assert make.balance(emma) == bought["points"]


@pytest.mark.parametrize(
    "lines",
    [
        [{"line": 1, "amount": "5.01"}],
        [{"line": 1, "amount": "3.00"}, {"line": 2, "amount": "3.00"}],
        [{"line": 1, "amount": "1.00"}, {"line": 1, "amount": "1.00"}],
        [{"line": 0, "amount": "1.00"}],
        [{"line": 501, "amount": "1.00"}],
        [{"line": "1", "amount": "1.00"}],
        [{"line": True, "amount": "1.00"}],
        [{"line": 1, "amount": "-1.00"}],
        [{"line": 1, "amount": 1.5}],
        [{"line": 1, "amount": "1.00", "quantity": "-1"}],
        [{"line": 1, "amount": "1.00", "quantity": "1.0001"}],
        [{"line": 1}],
        [{"amount": "1.00"}],
        [{"line": 1, "amount": "1.00", "product": "77"}],
        {"line": 1, "amount": "1.00"},
    ],
)
def test_what_is_wrong_with_lines_is_told_at_the_field(till, emma, bought, lines):
    answer = till.post(PATH, BACK | {"lines": lines})

    assert answer.status_code == 422, answer.content
    assert "lines" in answer.content.decode()
    assert make.balance(emma) == bought["points"]
    assert not Refund.objects.exists()


def test_a_preview_says_the_same_and_keeps_nothing(till, emma, bought):
    asked = till.post(f"{PATH}/preview", BACK)
    refused = till.post(f"{PATH}/preview", BACK | {"lines": [{"line": 3, "amount": "5.00"}]})

    assert (asked.status_code, refused.status_code) == (200, 409)
    assert not Refund.objects.exists()
    assert make.balance(emma) == bought["points"]
    assert asked.json() == till.post(PATH, BACK).json()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Cheese weeks", "Welcome", "Sunday"]),
        ("nl", ["Kaasweken", "Welkom", "Zondag"]),
    ],
)
def test_an_explanation_names_each_rule_in_the_language_asked_for(till, emma, language, said):
    sent = purchase(emma, total="19.60", lines=LINES)

    told = till.post("/purchases", sent, **{"Accept-Language": language}).json()

    words = " ".join(told["explanation"])
    assert told["points"] == 37
    for name in said:
        assert name in words


def test_an_explanation_in_english_goes_from_base_to_points(bought):
    assert bought["explanation"][:9] == [
        "37 points earned on a purchase of €19.60.",
        "€9.00 of it was for tobacco, which earns no points.",
        "So €10.60 counts.",
        "€10.60 × 1 per euro = 10.6 points.",
        "Cheese weeks: 20 points more.",
        "Welcome: 7 points more.",
        "Together 37.6 points, rounded down to 37 points.",
        "Left for the next purchase: 0.6 points.",
        "Did not count: Sunday (another day of the week).",
    ]
