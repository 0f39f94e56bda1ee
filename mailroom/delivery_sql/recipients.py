"""Members into deliveries, out of them again: a million in one statement."""

from collections import Counter

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from mailroom.delivery_sql.tallies import move_tallies
from mailroom.models import Delivery
from members.models import Member

ADD = """
INSERT INTO mailroom_delivery (mailing_id, member_id, occurrence, state, reason, attempts, fault)
SELECT %s, chosen.id, %s, 'waiting', '', 0, '' FROM ({chosen}) AS chosen(id) ORDER BY chosen.id
    ON CONFLICT (mailing_id, member_id, occurrence) DO NOTHING
"""
STOP = """
WITH left_over AS (
  SELECT id, state FROM mailroom_delivery
   WHERE mailing_id = %s AND state IN ('waiting', 'claimed')
   ORDER BY id LIMIT %s FOR UPDATE
), stopped AS (
  UPDATE mailroom_delivery d
     SET state = 'skipped', reason = 'stopped', claim = NULL, claimed_at = NULL, try_at = NULL
    FROM left_over WHERE d.id = left_over.id
)
SELECT state, count(*) FROM left_over GROUP BY state
"""


def insert_recipients(mailing_id: int, members: QuerySet[Member], occurrence: str) -> int:
    """Add a delivery for each of these members who has none yet; return how many are new."""
    try:
        chosen, values = members.values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(chosen=chosen), [mailing_id, occurrence, *values])
        added = int(cursor.rowcount)
    move_tallies(Counter({(mailing_id, Delivery.State.WAITING, ""): added}))
    return added


def skip_what_is_left(mailing_id: int, most: int) -> int:
    """Skip up to so many of a stopped mailing that have not begun to leave; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(STOP, [mailing_id, most])
        found = dict(cursor.fetchall())
    moved = Counter({(mailing_id, state, ""): -number for state, number in found.items()})
    moved[mailing_id, Delivery.State.SKIPPED, Delivery.Reason.STOPPED] = sum(found.values())
    move_tallies(moved)
    return sum(found.values())
