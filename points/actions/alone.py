"""What one member of staff gives and takes alone on a local day, counted under a lock."""

from datetime import date, datetime

from points.local_time import local_day
from points.models import AdjustedInADay, AdjustmentLimit
from points.program_cache import program_zone


def count_of_today(*, staff_id: int, now: datetime) -> AdjustedInADay:
    """Lock what this member of staff has given and taken alone today; a day begins at nothing."""
    count, _new = AdjustedInADay.objects.get_or_create(staff_id=staff_id, day=today(at=now))
    return AdjustedInADay.objects.lock(count.pk)


def fits(*, count: AdjustedInADay, points: int) -> bool:
    """Tell whether these points, given or taken, still fit in the day's limit."""
    return count.points + abs(points) <= AdjustmentLimit.current()


def add(*, count: AdjustedInADay, points: int) -> None:
    """Count points that were given or taken alone; the caller holds the lock."""
    count.points += abs(points)
    count.save(update_fields=["points"])


def used_alone(*, staff_id: int, now: datetime) -> int:
    """How many points this member of staff has given and taken alone today."""
    row = AdjustedInADay.objects.filter(staff_id=staff_id, day=today(at=now)).first()
    return row.points if row else 0


def today(*, at: datetime) -> date:
    """The day of the program on which something happens."""
    return local_day(at, program_zone())
