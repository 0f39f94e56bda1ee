"""Ten bugs, each planted in a copy of the project; the named test must turn red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POINTS = "tests/points"
BUGS = {
    "the lock is dropped": (
        "points/ledger_sql/statements.py",
        'WHERE a.member_id = %s FOR UPDATE OF a"',
        'WHERE a.member_id = %s"',
        f"{POINTS}/test_posting_races.py::test_thirty_two_threads_spend_a_balance_exactly_once",
    ),
    "what came last goes out first": (
        "points/book.py",
        "for index in range(self._first_open, len(lots)):",
        "for index in reversed(range(self._first_open, len(lots))):",
        f"{POINTS}/test_spending.py::test_points_that_end_first_are_spent_first",
    ),
    "above instead of from": (
        "points/rules.py",
        "bisect_right(self.thresholds, status)",
        "bisect_right(self.thresholds, status - 1)",
        f"{POINTS}/test_earning.py::test_a_member_rises_before_the_next_purchase_is_valued",
    ),
    "a refund with the wrong sign": (
        "points/book_rules.py",
        "target, event.at) - bought.taken)",
        "target, event.at) + bought.taken)",
        f"{POINTS}/test_refunds.py::test_three_partial_refunds_take_as_much_as_one_whole",
    ),
    "expiring twice": (
        "points/book.py",
        "        self.take(row.id, lot, points, row.id)\n        lot.expired += points",
        "        lot.expired += points",
        f"{POINTS}/test_spending.py::test_expiry_is_written_once_and_dated_at_its_own_midnight",
    ),
    "expiring at the start of the last day": (
        "points/local_time.py",
        "midnight(months_later(day, months) + timedelta(days=1), zone)",
        "midnight(months_later(day, months), zone)",
        f"{POINTS}/test_complete_journey.py::"
        "test_all_households_match_before_and_after_expiry_is_written",
    ),
    "days of UTC": (
        "points/local_time.py",
        "return at.astimezone(zone).date()",
        "return at.date()",
        f"{POINTS}/test_complete_journey.py::"
        "test_all_households_match_before_and_after_expiry_is_written",
    ),
    "365 days for twelve months": (
        "points/local_time.py",
        "midnight(months_later(day, months) + timedelta(days=1), zone)",
        "midnight(day + timedelta(days=365 * months // 12 + 1), zone)",
        f"{POINTS}/test_complete_journey.py::test_the_same_two_years_on_through_a_leap_year",
    ),
    "the balance is written outside the transaction": (
        "points/actions/posting.py",
        "@transaction.atomic\ndef _post(",
        "def _post(",
        f"{POINTS}/test_posting_races.py::test_thirty_two_threads_spend_a_balance_exactly_once",
    ),
    "sums of floats": (
        "points/book_rules.py",
        "max(NOTHING, event.total - sum(off.values(), NOTHING))",
        "Decimal(float(event.total) - sum(map(float, off.values())))",
        f"{POINTS}/test_earning.py::test_excluded_amounts_are_taken_off_to_the_cent",
    ),
}

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project without its servers, caches and history."""
    target = tmp_path_factory.mktemp("planted") / "project"
    shutil.copytree(
        ROOT, target, ignore=shutil.ignore_patterns(".git", ".venv", ".uv", ".run", "*_cache")
    )
    return target


def run(copy, test):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", test],
        cwd=copy,
        env=os.environ
        | {
            "EMBEDDED_DIR": os.environ.get("EMBEDDED_DIR", str(ROOT / ".run" / "test")),
            "PYTEST_XDIST_WORKER": "gw40",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("bug", BUGS)
def test_each_planted_bug_is_caught(copy, bug):
    name, right, wrong, test = BUGS[bug]
    path = copy / name
    source = path.read_text()
    assert source.count(right) == 1, f"{name} has changed; plant this bug anew"

    path.write_text(source.replace(right, wrong))
    try:
        result = run(copy, test)
    finally:
        path.write_text(source)

    assert result.returncode == 1, result.stdout[-2_000:]
    assert "1 failed" in result.stdout


def test_without_a_bug_the_same_tests_are_green(copy):
    for test in sorted({bug[3] for bug in BUGS.values()}):
        result = run(copy, test)
        assert result.returncode == 0, result.stdout[-2_000:]
