import pytest

from members.models import Departure, Member
from points.actions.departures import note_missed_departures
from tests import make

pytestmark = pytest.mark.django_db


def test_what_an_announcement_missed_is_written_down_once(now):
    make.published_program()
    gone = make.member(points=250)
    here = make.member(points=40)
    Member.objects.filter(pk=gone.pk).update(status=Member.Status.CLOSED, closed_at=now)
    for member in (gone, here):
        Departure.objects.create(member=member, reason=Departure.Reason.MOVED, left_at=now)

    counts = [note_missed_departures(now=now), note_missed_departures(now=now)]

    assert counts == [1, 0]
    assert Departure.objects.get(member=gone).balance == 250
    assert Departure.objects.get(member=here).balance is None
