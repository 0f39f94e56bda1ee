"""The program and the members of a benchmark."""

from datetime import UTC, datetime

from django.db import connection

from members.actions.enrollment import enroll_by_number
from members.actions.sources import name_source
from points.actions.publication import publish_program
from points.ledger_sql.statements import OPEN

NOW = datetime(2026, 2, 1, tzinfo=UTC)
PROGRAM = """
name = "Benchmark"
currency = "EUR"
time_zone = "Europe/Amsterdam"
effective_at = 2016-01-01T00:00:00+01:00

[earning]
points_per_unit = 1
rounding = "down"
pending_days = 0
welcome_bonus = 0
excluded_categories = []

[expiry]
valid_months = 12

[refunds]
policy = "debt"

[tiers]
window_days = 365
grace_days = 30
step = "one"

[[tiers.tier]]
name_nl = "Zilver"
name_en = "Silver"
threshold = 1200
multiplier = 1.25

[[tiers.tier]]
name_nl = "Goud"
name_en = "Gold"
threshold = 3000
multiplier = 1.5
"""


def publish() -> int:
    """Put the program in force; return the source that purchases come from."""
    publish_program(toml=PROGRAM, now=NOW)
    return name_source(name="till").pk


def enroll(numbers: list[str], source_id: int) -> list[int]:
    """Enroll members by their number at the till and open their accounts; return their ids."""
    enrolled = enroll_by_number(source_id=source_id, joined=dict.fromkeys(numbers, NOW), now=NOW)
    members = [enrolled[number] for number in numbers]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, (members,))
    return members
