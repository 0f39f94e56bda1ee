"""How many letters of each kind were written lately."""

from datetime import datetime, timedelta

from django.db.models import CharField, Count, F, Func, Value

from mailroom.models import Letter

LATELY = timedelta(days=30)


def written_lately(now: datetime) -> dict[str, int]:
    """Count the letters of the last 30 days by what their keys begin with, in one query."""
    kind = Func(F("key"), Value(":"), Value(1), function="split_part", output_field=CharField())
    counted = (
        Letter.objects.filter(posted_at__gte=now - LATELY, posted_at__lte=now)
        .order_by()
        .values_list(kind)
        .annotate(letters=Count("pk"))
    )
    return dict(counted)
