"""Reminding of points that are about to expire: one letter a member and day, never afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import translation

from mailroom.actions.posting import NewLetter, post_letters
from mailroom.models import Letter
from mailroom.wording import Press, press_for
from members.models import Member
from points.local_time import local_day, midnight
from points.models import Lot
from points.program_cache import current_program
from points.reports.wording import day, points_text
from points.rules import Rules

EXPIRY = "expiry"
DAYS_BEFORE = (30, 7)
LEAST_POINTS = 50
"""Fewer points than this in a week are not worth a letter."""
A_WEEK = timedelta(days=7)
A_BATCH = 1_000
FACTS = ("points", "day", "later")


@dataclass(slots=True)
class Reminded:
    """What a run did."""

    letters: int = 0


def remind_of_expiry(*, at: datetime, now: datetime) -> Reminded:
    """
    Write to whom points expire 30 or 7 days after the local day of `at`.

    A letter names the points of that day and those of the six days after it; for these no other
    is written, so that nobody hears from us more than once a week about each. A run that was
    missed is caught up, unless the day itself has passed; one that was cut off is finished by
    the next, since a member, a day and a number of days have one letter.
    """
    done = Reminded()
    rules = current_program().at(now)
    if rules is None:
        return done
    for days in DAYS_BEFORE:
        last = local_day(at, rules.zone) + timedelta(days=days)
        if last < local_day(now, rules.zone):
            continue
        expiring = _expiring(last, rules)
        for start in range(0, len(expiring), A_BATCH):
            letters = _letters(expiring[start : start + A_BATCH], last, days, now)
            done.letters += post_letters(letters=letters, now=now)
    return done


def _expiring(last: date, rules: Rules) -> Sequence[tuple[int, int, int]]:
    """Whose points are over after that day: (member, points of that day, of the week with it)."""
    first = midnight(last + timedelta(days=1), rules.zone)
    until = midnight(last + A_WEEK, rules.zone)
    rows = (
        Lot.objects.filter(remaining__gt=0, expires_at__gte=first, expires_at__lte=until)
        .order_by("member_id")
        .values_list("member_id")
        .annotate(on_the_day=Sum("remaining", filter=Q(expires_at=first)), week=Sum("remaining"))
        .filter(on_the_day__gt=0, week__gte=LEAST_POINTS)
    )
    return [(member, int(points), int(week)) for member, points, week in rows]


def _letters(
    expiring: Sequence[tuple[int, int, int]], last: date, days: int, now: datetime
) -> list[NewLetter]:
    members = Member.objects.filter(status=Member.Status.ACTIVE, email__isnull=False).in_bulk(
        [member for member, *_ in expiring]
    )
    told = _told_lately(members, last, days)
    letters: list[NewLetter] = []
    for language, _name in settings.LANGUAGES:
        theirs = [
            (members[member], points, week)
            for member, points, week in expiring
            if member in members and member not in told and members[member].language == language
        ]
        if theirs:
            with translation.override(language):
                letters += _in_one_language(theirs, language, last, days, now)
    return letters


def _in_one_language(
    expiring: Sequence[tuple[Member, int, int]],
    language: str,
    last: date,
    days: int,
    now: datetime,
) -> Iterator[NewLetter]:
    presses = {
        has_more: press_for(
            "points/expiring",
            language=language,
            facts=FACTS,
            now=now,
            choices={"has_more": has_more, "is_soon": days == min(DAYS_BEFORE)},
        )
        for has_more in (False, True)
    }
    url = f"{settings.SITE_URL}{reverse('points:expiring')}"
    for member, points, week in expiring:
        yield _letter(presses[week > points], member, points, week, last, days, url)


def _letter(
    press: Press, member: Member, points: int, week: int, last: date, days: int, url: str
) -> NewLetter:
    written = press.write(
        reader=member.name,
        url=url,
        points=points_text(points),
        later=points_text(week - points),
        day=day(last),
    )
    return NewLetter(
        key=_key(member.pk, last, days),
        to=member.email or "",
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=member.pk,
    )


def _told_lately(members: dict[int, Member], last: date, days: int) -> set[int]:
    """Who has a letter already about a day of the week before: it named these points too."""
    keys = [
        _key(member, last - timedelta(days=back), days)
        for member in members
        for back in range(1, A_WEEK.days)
    ]
    known = Letter.objects.filter(key__in=keys).order_by().values_list("member_id", flat=True)
    return {member for member in known if member is not None}


def _key(member_id: int, last: date, days: int) -> str:
    return f"{EXPIRY}:{member_id}:{last:%Y%m%d}:{days}"
