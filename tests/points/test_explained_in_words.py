"""The sentences that a reader gets add up to the points, and are the same wherever they stand."""

import html
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from points.earning_rules import Remainder
from points.models import Entry
from points.program_file import compile_rules
from points.reports.explanations import explain
from points.reports.posted import posted_purchase
from points.reports.valuation import valuation
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.points.programs import a_book, baskets, buy, program_files, why
from tests.points.test_earning_properties import PROPERTY, birthdays, moments, places

NUMBER = r"(-?[\d,]+(?:\.\d+)?) points?"


def figures(pattern, sentences):
    """Every number of points that sentences of a kind name."""
    found = [re.search(pattern, sentence) for sentence in sentences]
    return [Decimal(match[1].replace(",", "")) for match in found if match]


def added_up(sentences):
    """Follow the sentences as a reader would, from the base to the points."""
    exact = sum(
        [
            *figures(rf"per euro = {NUMBER}\.$", sentences),
            *figures(rf": {NUMBER} more", sentences),
            *figures(rf"^Left over from earlier purchases: {NUMBER}\.$", sentences),
        ],
        Decimal(0),
    )
    together = figures(rf"^Together {NUMBER}", sentences)
    assert together in ([], [exact])
    rounded = figures(rf"rounded.* to {NUMBER}\.$", sentences) or [exact]
    less = figures(rf"^{NUMBER} less, because", sentences) or [Decimal(0)]
    return rounded[0] - less[0]


@PROPERTY
@given(
    file=program_files(),
    bought=st.lists(st.tuples(baskets(), places, moments), min_size=1, max_size=3),
    birthday=birthdays,
    tier=st.sampled_from([0, 1]),
    remainder=st.sampled_from(["0", "0.75", "-0.4", "1.2"]),
)
def test_the_sentences_add_up_to_the_points(file, bought, birthday, tier, remainder):
    rules = compile_rules(1, file)
    carries = rules.remainder is Remainder.CARRY
    book = a_book(birthday=birthday, tier=tier, remainder=remainder if carries else "0")

    for (lines, total), where, at in sorted(bought, key=lambda one: one[2]):
        purchase = buy(book, rules, total, *lines, at=at, **where)
        facts = why(book, purchase)
        with override("en"):
            sentences = valuation(facts, rules, points=purchase.earned)
        if "extras" not in facts:
            continue
        if purchase.base:
            assert added_up(sentences) == purchase.earned, sentences
        missed = [sentence for sentence in sentences if sentence.startswith("Did not count")]
        assert bool(missed) == bool(facts["missed"])


@pytest.mark.django_db
def test_portal_back_office_and_api_tell_the_same(client):
    make.published_program_of(make.DOUBLE_TUESDAY + make.FIRST_PURCHASE)
    user = make.login(language="en")
    now = timezone.now()
    sanne = make.member(now=now, user_id=user.pk, email=user.email, birthday=date(1990, 5, 17))
    purchase = make.purchase(sanne, "20.50", at=now - timedelta(days=1), now=now)
    with override("en"):
        told = explain(Entry.objects.get(pk=purchase.lot))
    assert any("First purchase: 50 points more" in sentence for sentence in told)

    client.force_login(user)
    client.cookies["language"] = "en"
    portal = html.unescape(client.get("/my/points/").content.decode())
    desk = at_desk(with_factor(make.staff_with("points.view_purchase", language="en")))
    page = desk.get(f"/admin/points/purchase/{purchase.pk}/change/").content.decode()
    with override("en"):
        api = posted_purchase(purchase).explanation

    assert [sentence for sentence in told if sentence not in portal] == []
    assert [sentence for sentence in told if sentence not in html.unescape(page)] == []
    assert api == told
