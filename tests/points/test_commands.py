"""The nightly jobs and the proof of the ledger, by hand."""

import io
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from points.management.console import Progress
from points.models import Account
from tests import make
from tests.settings import SERVERS

NOW = make.NOW


def run(command, **options):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(command, stdout=out, stderr=err, **options)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_expiry_by_hand_says_what_it_wrote_and_finds_nothing_the_second_time():
    make.published_program(valid_months=1)
    make.purchase(make.member(), "50.00")
    then = (NOW + timedelta(days=60)).isoformat()

    first = run("expire_points", as_of=then)
    second = run("expire_points", as_of=then)

    assert first[0] == 0
    assert first[1].startswith("50 points of 1 lots have expired")
    assert second[1].startswith("0 points of 0 lots")
    assert Account.objects.get().balance == 0


@pytest.mark.django_db
def test_placement_by_hand_says_who_rose_and_who_fell():
    make.published_program()
    make.purchase(make.member(), "600.00")

    code, said, _ = run("place_tiers", as_of=(NOW + timedelta(days=500)).isoformat())

    assert code == 0
    assert said.startswith("1 members reviewed, 0 rose, 1 fell")


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["expire_points", "place_tiers"])
@pytest.mark.parametrize("as_of", ["yesterday", "2026-06-15", "2026-06-15T12:00:00", "2026-13-01"])
def test_a_moment_without_sense_or_zone_is_refused(command, as_of):
    with pytest.raises(CommandError, match="is not a moment with its zone") as error:
        call_command(command, as_of=as_of)

    assert error.value.returncode == 2


@pytest.mark.django_db
def test_a_whole_ledger_is_proved_with_its_figures():
    make.published_program()
    make.purchase(make.member(), "50.00")

    code, said, complained = run("verify_ledger")

    assert (code, complained) == (0, "")
    assert said.startswith("1 entries of 1 accounts, 50 points, 0 violations")


@pytest.mark.django_db(transaction=True)
def test_a_broken_ledger_ends_with_one_and_names_the_place():
    make.published_program()
    make.purchase(make.member(), "50.00")
    url = SERVERS.owner.replace("klaver_owner", "postgres")
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(url, dbname=name, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE points_entry SET points = 51")

    code, said, complained = run("verify_ledger")

    assert code == 1
    assert "number 1): its content does not match its fingerprint" in complained
    assert "violations" in said


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_stays_on_one_line_of_a_terminal():
    terminal = Terminal()
    progress = Progress(terminal)

    progress.part("posting", 5, 10)
    progress.part("posting", 10, 10)
    progress.end()

    assert terminal.getvalue() == "\rposting: 10 of 10 (100 %)\n"
