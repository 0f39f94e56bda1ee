"""Independent purchases and the balances they must give, household by household."""

import csv
import gzip
import io
import random
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from members.actions.sources import name_source
from points.actions.activity import import_activity
from points.actions.expiry import expire_points
from points.actions.placement import place_tiers
from points.actions.publication import publish_program
from points.local_time import end_of_day
from points.models import Account, Entry
from points.reports.verification import verify_ledger

HERE = Path(__file__).parent.parent / "data" / "complete_journey"
ACTIVITY = Path(__file__).parents[2] / "loyalty_site" / "demo" / "activity.csv.gz"
NEW_YORK = ZoneInfo("America/New_York")
DAYS = ("2017-12-31", "2018-06-30")

pytestmark = pytest.mark.django_db


def rows():
    with gzip.open(ACTIVITY, "rt", newline="") as file:
        return list(csv.reader(file))


def written(path, lines):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def expected(years=0):
    with (HERE / "expected_balances.csv").open() as file:
        return {
            (row["member"], moved(row["as_of"], years)): [
                int(row[name]) for name in ("earned", "redeemed", "expired", "balance")
            ]
            for row in csv.DictReader(file)
        }


def moved(day, years):
    return f"{int(day[:4]) + years}{day[4:]}"


def published(years=0):
    toml = (HERE / "program.toml").read_text()
    publish_program(toml=toml, now=timezone.now())
    return name_source(name="journey").pk


def imported(path, source, now=None):
    return import_activity(
        path=path, source_id=source, now=now or timezone.now(), create_members=True, workers=1
    )


def exported(day):
    out = io.StringIO()
    call_command("export_balances", as_of=day, source="journey", stdout=out)
    return {
        (row["member"], row["as_of"]): [
            int(row[name]) for name in ("earned", "redeemed", "expired", "balance")
        ]
        for row in csv.DictReader(io.StringIO(out.getvalue()))
    }


def differences(years=0):
    """Households whose figures are not the expected ones, at both dates."""
    wanted = expected(years)
    found = {}
    for day in DAYS:
        found |= exported(moved(day, years))
    assert len(found) == len(wanted) == 498
    return {
        key: (found.get(key), figures)
        for key, figures in wanted.items()
        if found.get(key) != figures
    }


def test_all_households_match_before_and_after_expiry_is_written():
    source = published()
    imported(ACTIVITY, source)
    assert differences() == {}

    for day in DAYS:
        midnight = end_of_day(date.fromisoformat(day), NEW_YORK)
        expire_points(until=midnight, now=timezone.now())
        place_tiers(at=midnight, now=timezone.now())

    assert differences() == {}
    assert verify_ledger().violations == []


def test_a_shuffled_file_gives_the_same(tmp_path):
    source = published()
    header, *lines = rows()
    random.Random(7).shuffle(lines)

    imported(written(tmp_path / "shuffled.csv", [header, *lines]), source)

    assert differences() == {}


def test_the_same_file_twice_changes_nothing():
    source = published()
    first = imported(ACTIVITY, source)
    heads = list(Account.objects.order_by("pk").values_list("head", flat=True))

    second = imported(ACTIVITY, source)

    assert (first.posted, second.posted, second.repeated) == (16_852, 0, 16_852)
    assert heads == list(Account.objects.order_by("pk").values_list("head", flat=True))
    assert differences() == {}


def by_file(tmp_path, days):
    """Import a file for every so many days; return how many there were."""
    source = published()
    header, *lines = rows()
    at = header.index("at")
    files = {}
    for line in lines:
        day = datetime.fromisoformat(line[at]).astimezone(NEW_YORK).date()
        files.setdefault(day.toordinal() // days, []).append(line)

    for number in sorted(files):
        imported(written(tmp_path / "some.csv", [header, *files[number]]), source)
    return len(files)


def test_a_file_for_every_month_gives_the_same(tmp_path):
    assert by_file(tmp_path, 30) > 12
    assert differences() == {}


@pytest.mark.drill
def test_a_file_for_every_day_gives_the_same(tmp_path):
    assert by_file(tmp_path, 1) > 300
    assert differences() == {}


def test_the_same_two_years_on_through_a_leap_year(tmp_path):
    source = published()
    header, *lines = rows()
    at = header.index("at")
    for line in lines:
        moment = datetime.fromisoformat(line[at]).astimezone(NEW_YORK)
        line[at] = moment.replace(year=moment.year + 2).isoformat()

    imported(written(tmp_path / "later.csv", [header, *lines]), source)

    assert differences(years=2) == {}


def test_what_was_known_before_a_late_purchase_can_still_be_asked(tmp_path):
    source = published()
    header, *lines = rows()
    imported(written(tmp_path / "most.csv", [header, *lines[:-200]]), source)
    then = timezone.now()
    before = exported(DAYS[0])
    imported(ACTIVITY, source)

    out = io.StringIO()
    call_command(
        "export_balances", as_of=DAYS[0], known_at=then.isoformat(), source="journey", stdout=out
    )

    known = {
        row["member"]: int(row["balance"]) for row in csv.DictReader(io.StringIO(out.getvalue()))
    }
    assert known == {member: figures[3] for (member, _), figures in before.items()} | {
        member: 0 for member in known if (member, DAYS[0]) not in before
    }
    assert Entry.objects.filter(recorded_at__gt=then).exists()
    assert differences() == {}
