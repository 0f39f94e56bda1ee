"""Whose account is locked, for what is decided before any points move."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from points.book_rows import Standing
from points.ledger_sql.cursor import prepared_cursor
from points.ledger_sql.statements import LOCK_ONE, OPEN
from points.program_cache import stamped_program
from points.rules import Program

LOCK = f"{LOCK_ONE} FOR SHARE OF m"


@dataclass(frozen=True, slots=True)
class Holder:
    """How the membership stands, the rank of the tier, and the program in force."""

    standing: Standing
    tier: int
    program: Program

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days count."""
        versions = self.program.versions
        return versions[0].zone if versions else ZoneInfo(settings.TIME_ZONE)


def lock_holder(member_id: int) -> Holder:
    """
    Lock a member's account, opening it for who never had a point, and keep the member as they are.

    It takes one statement.
    """
    with prepared_cursor() as cursor:
        cursor.execute(LOCK, (member_id,))
        rows = cursor.fetchall()
        if not rows:
            cursor.execute(OPEN, ([member_id],))
            cursor.execute(LOCK, (member_id,))
            rows = cursor.fetchall()
    ((_, _, _, _, _, _, tier, *_, standing, stamp),) = rows
    return Holder(Standing(standing), tier, stamped_program(stamp))
