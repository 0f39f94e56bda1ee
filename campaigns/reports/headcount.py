"""How many an audience has, how many of them may be mailed, and why the rest may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.utils import OperationalError

from campaigns.audience_sql import audience
from campaigns.conditions import Condition
from members.models import Member
from points.program_cache import program_zone

PATIENCE = 8_000
"""Milliseconds that a page waits for a count."""
COUNT = """
SELECT count(*),
       count(*) FILTER (WHERE a.email IS NULL),
       count(*) FILTER (WHERE a.email IS NOT NULL AND c.given IS NOT TRUE),
       count(*) FILTER (WHERE a.email IS NOT NULL AND c.given AND s.email IS NOT NULL)
  FROM ({members}) AS a(id, email)
  LEFT JOIN members_latestconsent c
    ON c.member_id = a.id AND c.topic = %s AND c.channel = 'email'
  LEFT JOIN (SELECT DISTINCT email FROM mailroom_suppression WHERE lifted_at IS NULL) s
    ON s.email = a.email
"""

# Compiling such a query takes longer than running it; of sums the planner believes that few are in
# any range, so that it would look the others up one by one; and every helping process would make
# each set anew. A million sums fit into this much memory, or go to disk piece by piece.
AS_SETS = """
SELECT set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true),
       set_config('work_mem', '256MB', true)
"""
AS_USUAL = """
SELECT set_config(name, CASE name WHEN 'work_mem' THEN reset_val || 'kB' ELSE reset_val END, true)
  FROM pg_settings
 WHERE name IN ('jit', 'enable_nestloop', 'max_parallel_workers_per_gather', 'work_mem')
"""


@dataclass(frozen=True, slots=True)
class Headcount:
    """Members who match; of them how many have no address, no consent, or get no mail at all."""

    members: int
    no_address: int
    no_consent: int
    suppressed: int
    everybody: int

    @property
    def reachable(self) -> int:
        return self.members - self.no_address - self.no_consent - self.suppressed

    @property
    def is_nobody(self) -> bool:
        return self.members == 0

    @property
    def is_everybody(self) -> bool:
        return 0 < self.everybody <= self.members


def headcount(conditions: Sequence[Condition], *, topic: str, at: datetime) -> Headcount:
    """Count an audience for a topic, in one query; whether it is everybody takes a second."""
    found = audience(conditions, at=at, zone=program_zone()).order_by()
    counts = _counted(found, topic)
    everybody = Member.objects.taking_part().count() if conditions else counts[0]
    return Headcount(*counts, everybody)


def headcount_in_time(
    conditions: Sequence[Condition], *, topic: str, at: datetime
) -> Headcount | None:
    """Count for a page that somebody waits for; None where it takes too long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            counted = headcount(conditions, topic=topic, at=at)
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return None
    return counted


def _counted(members: QuerySet[Member], topic: str) -> tuple[int, int, int, int]:
    try:
        chosen, values = members.values_list("pk", "email").query.sql_with_params()
    except EmptyResultSet:
        return 0, 0, 0, 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AS_SETS)
        cursor.execute(COUNT.replace("{members}", chosen), [*values, topic])
        total, no_address, no_consent, suppressed = cursor.fetchone()
        cursor.execute(AS_USUAL)
    return total, no_address, no_consent, suppressed
