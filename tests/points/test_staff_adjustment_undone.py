"""Undoing what staff adjusted today: the other way, under the same rules, once."""

from datetime import timedelta

import pytest

from points.actions.adjustment import AdjustmentReason
from points.actions.alone import used_alone
from points.actions.staff_adjustment import CannotBeUndone, undo_adjustment
from points.models import Entry
from tests import make
from tests.points.adjusting import adjust

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(points=1000)


@pytest.fixture
def bram():
    return make.staff_with("points.adjust_points")


@pytest.mark.parametrize(("points", "cause"), [(50, "mistake"), (50, "good_will"), (-50, "misuse")])
def test_an_adjustment_of_today_is_undone_once(sanne, bram, points, cause):
    adjust(bram, sanne, points, cause=AdjustmentReason(cause))
    entry = Entry.objects.latest("sequence")

    for _ in range(2):
        undo_adjustment(staff_id=bram.pk, entry_id=entry.pk, note="Typed it wrong", now=NOW)

    assert make.balance(sanne) == 1000
    assert used_alone(staff_id=bram.pk, now=NOW) == 100


def test_undoing_above_the_limit_waits_for_a_second_person(sanne, bram):
    adjust(bram, sanne, 400)

    asked = undo_adjustment(
        staff_id=bram.pk, entry_id=Entry.objects.latest("sequence").pk, note="Wrong", now=NOW
    )

    assert asked.asked["points"] == -400
    assert make.balance(sanne) == 1400


def test_yesterdays_adjustment_and_a_purchase_are_not_undone(sanne, bram):
    adjust(bram, sanne, 50)
    entry = Entry.objects.latest("sequence")
    purchase = make.purchase(sanne)

    with pytest.raises(CannotBeUndone):
        undo_adjustment(
            staff_id=bram.pk, entry_id=entry.pk, note="Wrong", now=NOW + timedelta(days=1)
        )
    with pytest.raises(CannotBeUndone):
        undo_adjustment(staff_id=bram.pk, entry_id=purchase.lot, note="Wrong", now=NOW)
