"""Who got a mailing, who did not and why: a page at a time, quick at a million rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from mailroom.models import Delivery
from members.models import Member

A_PAGE = 50
FOUND = 200
A_CHUNK = 2_000
BY_ID = {
    Delivery.State.WAITING,
    Delivery.State.FAILED,
    Delivery.State.UNKNOWN,
    Delivery.State.SKIPPED,
}
"""States of which an index holds the ids; the others are walked by member."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some deliveries, and after which the next page begins; 0 if there is none."""

    rows: list[Delivery]
    following: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries somebody looks for."""

    mailing_id: int
    state: str = ""
    reason: str = ""
    text: str = ""

    @property
    def key(self) -> str:
        return "pk" if self.state in BY_ID and not self.text else "member_id"

    def rows(self) -> QuerySet[Delivery]:
        """Return them in an order that an index has."""
        rows = Delivery.objects.filter(mailing=self.mailing_id)
        if self.state:
            rows = rows.filter(state=self.state)
        if self.reason:
            rows = rows.filter(reason=self.reason)
        if self.text:
            found = Member.objects.matching(self.text).order_by().values_list("pk", flat=True)
            rows = rows.filter(member__in=list(found[:FOUND]))
        return rows.select_related("member").order_by(self.key)


def page_of(wanted: Wanted, *, after: int) -> Page:
    """Return a page in one query, two with a search."""
    rows = list(wanted.rows().filter(**{f"{wanted.key}__gt": after})[: A_PAGE + 1])
    shown = rows[:A_PAGE]
    following = getattr(shown[-1], wanted.key) if len(rows) > A_PAGE else 0
    return Page(shown, following)


def all_of(wanted: Wanted) -> Iterator[Delivery]:
    """Return every one of them, a chunk at a time."""
    after = 0
    while rows := list(wanted.rows().filter(**{f"{wanted.key}__gt": after})[:A_CHUNK]):
        yield from rows
        after = getattr(rows[-1], wanted.key)
