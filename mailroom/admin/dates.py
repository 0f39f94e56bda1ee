"""Dates as the narrow columns of this room's lists have them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html


def short_day(at: datetime) -> str:
    """Write a day on one line."""
    return _on_one_line(at, "SHORT_DATE_FORMAT")


def short_moment(at: datetime | None) -> str:
    """Write a day and a time on one line; a dash where there is none."""
    return "–" if at is None else _on_one_line(at, "SHORT_DATETIME_FORMAT")


def _on_one_line(at: datetime, style: str) -> str:
    words = date_format(timezone.localtime(at), style)
    return format_html('<span class="staff-when">{}</span>', words)
