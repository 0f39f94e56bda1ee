"""An import that is killed halfway: each member whole or untouched, and the rest by a rerun."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections

from points.models import Purchase
from points.reports.verification import verify_ledger
from tests.points.test_complete_journey import ACTIVITY, differences, imported, published
from tests.settings import SERVERS

pytestmark = pytest.mark.django_db(transaction=True)


def on_test_database(url):
    name = connections["default"].settings_dict["NAME"]
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def start_import():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "loyalty_site.settings",
        "DATABASE_URL": on_test_database(SERVERS.application),
        "DATABASE_OWNER_URL": on_test_database(SERVERS.owner),
        "REDIS_URL": SERVERS.redis,
    }
    command = [sys.executable, "manage.py", "import_activity", str(ACTIVITY)]
    return subprocess.Popen(
        [*command, "--source", "journey", "--create-members"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def test_a_killed_import_leaves_members_whole_and_is_finished_by_running_it_again():
    source = published()
    process = start_import()
    deadline = time.monotonic() + 60
    while not Purchase.objects.exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)

    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    posted = Purchase.objects.count()
    assert 0 < posted < 16_553
    assert verify_ledger().violations == []
    again = imported(ACTIVITY, source)
    assert again.posted > 0
    assert again.repeated >= posted
    assert differences() == {}
    assert verify_ledger().violations == []


def test_the_command_in_two_processes_gives_what_one_gives():
    published()

    output, _ = start_import().communicate(timeout=120)

    assert b"16852 posted, 0 known already, 249 members enrolled, 0 rejected" in output
    assert differences() == {}
    assert verify_ledger().violations == []
