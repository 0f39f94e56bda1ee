import csv
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty_site.demo import sample
from loyalty_site.demo.people import person

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(scope="module")
def rows():
    return sample.read_sample()


def moved(rows, tmp_path, today):
    path = tmp_path / "activity.csv"
    sample.write_moved(rows, path, sample.days_to_yesterday(today), AMSTERDAM)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_is_whole_and_small(rows):
    kinds = [row["kind"] for row in rows]
    size = sum(path.stat().st_size for path in (sample.ACTIVITY, sample.LINES))

    assert (kinds.count("purchase"), kinds.count("redemption")) == (16_553, 299)
    assert len(sample.household_numbers(rows)) == sample.HOUSEHOLDS
    assert size < 2_000_000


def test_its_last_day_becomes_yesterday(rows, tmp_path):
    last = max(
        datetime.fromisoformat(row["at"]) for row in moved(rows, tmp_path, date(2026, 11, 22))
    )

    assert last.astimezone(AMSTERDAM).date() == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("new_york", "today", "amsterdam"),
    [
        ("2017-06-30T08:15:00-04:00", date(2026, 1, 1), "2025-06-30T08:15:00+02:00"),
        # The wall clock shows the same, whatever winter and summer time do on either side.
        ("2017-03-14T08:15:00-04:00", date(2026, 1, 1), "2025-03-14T08:15:00+01:00"),
        # 02:30 does not exist in Amsterdam on that day.
        ("2017-03-30T02:30:00-04:00", date(2026, 1, 1), "2025-03-30T03:30:00+02:00"),
    ],
)
def test_each_purchase_keeps_its_time_on_the_wall(tmp_path, new_york, today, amsterdam):
    at = datetime.fromisoformat(new_york).astimezone(UTC).isoformat()
    row = {"kind": "purchase", "id": "1", "member": "7", "at": at}
    row |= {"total": "1.00", "points": "", "store": ""}

    (found,) = moved([row], tmp_path, today)

    assert datetime.fromisoformat(found["at"]) == datetime.fromisoformat(amsterdam)


def test_by_how_much_it_was_moved_can_be_read_off_any_purchase(rows, tmp_path):
    today = date(2026, 11, 22)
    placed = moved(rows[:400], tmp_path, today)

    days = {
        sample.days_moved(row, datetime.fromisoformat(found["at"]), AMSTERDAM)
        for row, found in zip(rows, placed, strict=False)
    }

    assert days == {sample.days_to_yesterday(today)}


def test_everybody_has_a_name_and_an_address_of_their_own():
    people = [person(number) for number in range(sample.HOUSEHOLDS)]

    assert people[0].email == "sanne.devries@post.example"
    assert len({each.name for each in people}) == len(people)
    assert len({each.email for each in people}) == len(people)
    assert all(each.email.isascii() and each.birthday.year < 2005 for each in people)
