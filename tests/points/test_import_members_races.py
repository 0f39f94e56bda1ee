"""People taken in while others import, enroll, or kill the import."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection, transaction
from django.utils import translation

from members.actions.enrollment import enroll_member
from members.models import ExternalId, Member
from points.actions.people import import_people
from points.models import Account
from points.reports.verification import verify_ledger
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.points.test_import_killed import on_test_database
from tests.settings import SERVERS

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
HEADER = "id,name,email,opening,opening_at\n"


def people(tmp_path, count):
    path = tmp_path / "people.csv"
    rows = (f"C{n},Anna Visser,anna{n}@example.nl,10,2026-03-01T00:00:00Z\n" for n in range(count))
    path.write_text(HEADER + "".join(rows))
    return path


def test_two_imports_of_one_file_take_each_person_in_once(tmp_path):
    make.published_program()
    path, source = people(tmp_path, 50), make.source("oldclub")

    done = at_once(lambda _: import_people(path=path, source_id=source, now=NOW), 3)

    assert sorted(one.new for one in done) == [0, 0, 50]
    assert sum(one.points for one in done) == 500
    assert not any(one.faults for one in done)
    assert verify_ledger().violations == []


def test_an_address_that_somebody_takes_meanwhile_is_a_fault_and_not_a_crash(tmp_path):
    make.published_program()
    path, source = people(tmp_path, 3), make.source("oldclub")

    def work(number):
        if number == 0:
            with transaction.atomic():
                enroll_member(through=Member.Through.TILL, email="anna1@example.nl", now=NOW)
                wait_for_waiting(1)
            return []
        time.sleep(0.3)
        with translation.override("en"):
            done = import_people(path=path, source_id=source, now=NOW)
        return [fault.why for fault in done.faults]

    assert at_once(work)[1] == ["email: this address belongs to another member"]
    assert ExternalId.objects.count() == 2
    assert Account.objects.filter(balance=10).count() == 2


def test_a_killed_import_leaves_people_whole_and_is_finished_by_running_it_again(tmp_path):
    make.published_program()
    path, source = people(tmp_path, 12_000), make.source("oldclub")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "loyalty_site.settings",
        "DATABASE_URL": on_test_database(SERVERS.application),
        "DATABASE_OWNER_URL": on_test_database(SERVERS.owner),
        "REDIS_URL": SERVERS.redis,
    }
    command = [sys.executable, "manage.py", "import_members", str(path), "--source", "oldclub"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    deadline = time.monotonic() + 120
    while not Member.objects.exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    taken = Member.objects.count()
    assert 0 < taken < 12_000
    assert Account.objects.filter(balance=10).count() == taken
    again = import_people(path=path, source_id=source, now=NOW)
    assert again.new == 12_000 - taken
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(balance) FROM points_account")
        assert cursor.fetchone() == (12_000, 120_000)
