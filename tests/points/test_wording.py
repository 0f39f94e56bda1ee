"""Days as one says them today."""

from datetime import date

import pytest
from django.utils import translation

from points.reports.wording import in_time, near_day

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "english", "dutch"),
    [
        (date(2026, 11, 23), "tomorrow", "morgen"),
        (date(2026, 11, 22), "today", "vandaag"),
        (date(2026, 11, 24), "24 November", "24 november"),
        (date(2027, 10, 22), "22 October", "22 oktober"),
        (date(2027, 10, 23), "23 October 2027", "23 oktober 2027"),
        (date(2027, 11, 22), "22 November 2027", "22 november 2027"),
        (date(2026, 11, 21), "21 November 2026", "21 november 2026"),
    ],
)
def test_a_day_near_by_needs_no_year_and_today_no_date(day, english, dutch):
    with translation.override("en"):
        assert near_day(day, TODAY) == english
    with translation.override("nl"):
        assert near_day(day, TODAY) == dutch


@pytest.mark.parametrize(
    ("before", "said"),
    [
        # Too late on the 23rd: today, the 22nd, is the last day.
        (date(2026, 11, 23), "today"),
        (date(2026, 11, 24), "by tomorrow"),
        (date(2026, 11, 25), "before 25 November"),
        (date(2027, 10, 23), "before 23 October 2027"),
        # Too late already, as a night's work that has not run yet leaves it.
        (date(2026, 11, 22), "today"),
    ],
)
def test_what_is_too_late_on_a_day_can_be_done_until_the_day_before(before, said):
    with translation.override("en"):
        assert in_time(before, TODAY) == said
