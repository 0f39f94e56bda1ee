"""How far each invitation has come, and how many led to a member."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mailroom.models import Letter
from members.models import Invitation, User
from members.spreadsheet import as_csv

ABOUT = "invitation"


class Stage(TextChoices):
    """How far an invitation has come."""

    WAITING = "waiting", gettext_lazy("letter waits")
    SENT = "sent", gettext_lazy("letter sent")
    STUCK = "stuck", gettext_lazy("letter failed")
    JOINED = "joined", pgettext_lazy("of an invitation", "joined")
    EXPIRED = "expired", pgettext_lazy("of an invitation", "expired")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


@dataclass(frozen=True, slots=True)
class Harvest:
    """What the invitations brought."""

    invited: int
    joined: int
    open: int

    @property
    def share(self) -> str:
        """How many of the invited joined, in percent; a dash before anybody was invited."""
        if not self.invited:
            return "–"
        percent = round(100 * self.joined / self.invited)
        return _("%(percent)s%%") % {"percent": percent}


def with_stage(rows: QuerySet[Invitation], now: datetime) -> QuerySet[Invitation]:
    """Annotate each invitation with its `stage`."""
    key = Concat(Value(f"{ABOUT}:"), Cast(OuterRef("pk"), CharField()))
    letter = Subquery(Letter.objects.filter(key=key).values("state")[:1])
    stage = Case(
        When(joined_at__isnull=False, then=Value(Stage.JOINED)),
        # One that had run out was put aside for a new one; nobody withdrew it.
        When(withdrawn_at__lt=F("expires_at"), then=Value(Stage.WITHDRAWN)),
        When(expires_at__lte=now, then=Value(Stage.EXPIRED)),
        When(letter_state=Letter.State.SENT, then=Value(Stage.SENT)),
        When(letter_state__in=Letter.STUCK, then=Value(Stage.STUCK)),
        default=Value(Stage.WAITING),
        output_field=CharField(),
    )
    return rows.annotate(letter_state=letter).annotate(stage=stage)


def stage_of(invitation: Invitation) -> Stage:
    """Read the stage off an invitation that was asked for `with_stage`."""
    return Stage(vars(invitation)["stage"])


def harvest(now: datetime) -> Harvest:
    """Count them in one query; an address that was invited twice counts once."""
    open_at = Q(joined_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)
    counted = Invitation.objects.aggregate(
        invited=Count("email", distinct=True),
        joined=Count("pk", filter=Q(joined_at__isnull=False)),
        open=Count("pk", filter=open_at),
    )
    return Harvest(**counted)


def invitations_as_csv(now: datetime) -> Iterator[str]:
    """Write every invitation, the latest first."""
    rows = (
        with_stage(Invitation.objects.all(), now)
        .order_by("-pk")
        .values_list(
            *("email", "name", "language", "member_id", "invited_at", "invited_by__email"),
            *("expires_at", "stage", "joined_at", "joined_as_id"),
        )
    )
    header = [
        *(_("E-mail address"), _("Name"), _("Language"), _("Known as member"), _("Invited at")),
        *(_("Invited by"), _("Holds until"), _("State"), _("Joined at"), _("Joined as member")),
    ]
    # Asked for now: once a long file is on its way, nobody knows any more who reads it.
    languages = {value: str(label) for value, label in User.Language.choices}
    stages = {value: str(label) for value, label in Stage.choices}
    cells = (
        map(_cell, (*row[:2], languages[row[2]], *row[3:7], stages[row[7]], *row[8:]))
        for row in rows.iterator(chunk_size=2_000)
    )
    return as_csv(header, cells)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    return "" if value is None else value
