"""Making and publishing versions of the program."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from members.models import Approval, Tier
from members.models.approval import ApprovalQuerySet
from members.refusals import Refusal
from members.signals import announce
from points.models import ProgramVersion
from points.program_file import compile_rules, digest, read_program
from points.signals import program_published

PUBLISHING = 7201
CLOCK_SLACK = timedelta(minutes=5)


class EffectiveInThePast(Refusal):
    code = "effective_in_the_past"


class ZoneChanged(Refusal):
    code = "zone_changed"


class InstantTaken(Refusal):
    code = "instant_taken"


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"


class AlreadyPublished(Refusal):
    code = "already_published"


class WaitsForDecision(Refusal):
    code = "waits_for_decision"


@transaction.atomic
def save_draft(
    *,
    toml: str,
    draft_id: int | None = None,
    seen: str | None = None,
    staff_id: int | None = None,
    now: datetime | None = None,
) -> ProgramVersion:
    """
    Keep a program file as a draft, new or in place of an earlier draft.

    `seen` is the fingerprint of the draft that was on the screen. Raises ProgramFileError for
    a file that does not hold; refuses to change a published version, one that has changed since
    it was seen, and one that a colleague is to decide about, whom it would show something else.
    """
    rules = read_program(toml)
    lock_publishing()
    if draft_id is None:
        version = ProgramVersion(number=_next_number())
    else:
        version = ProgramVersion.objects.select_for_update().get(pk=draft_id)
        if version.is_published:
            raise AlreadyPublished(_("A published version cannot be changed; make a new one."))
        refuse_while_asked(version=version, now=now)
        if seen is not None and seen != version.digest:
            raise ChangedMeanwhile(
                _("Somebody changed this draft meanwhile; open it again and look first.")
            )
    version.drafted_by_id = staff_id
    fill(version=version, rules=rules)
    version.save()
    return version


@transaction.atomic
def publish_version(
    *, version_id: int, now: datetime, published_by_id: int | None = None
) -> ProgramVersion:
    """
    Put a draft in force from its effective date on, for ever.

    Refuses a date in the past once there is a program, a second version at one instant, and
    another time zone than the program's.
    """
    lock_publishing()
    version = ProgramVersion.objects.select_for_update().get(pk=version_id)
    if version.is_published:
        raise AlreadyPublished(_("This version has been published already."))
    check_against_published(version=version, now=now)
    version.published_at = now
    version.published_by_id = published_by_id
    version.save()
    _name_tiers(version)
    announce(program_published, version_id=version.pk)
    return version


@transaction.atomic
def publish_program(*, toml: str, now: datetime) -> tuple[ProgramVersion, bool]:
    """Publish a program file; the same file twice changes nothing. Returns (version, is new)."""
    rules = read_program(toml)
    earlier = ProgramVersion.objects.published().filter(digest=digest(rules)).first()
    if earlier is not None:
        return earlier, False
    draft = save_draft(toml=toml)
    return publish_version(version_id=draft.pk, now=now), True


def requests_about(*, version: ProgramVersion, now: datetime | None) -> ApprovalQuerySet:
    """Requests to publish a draft that wait for a decision; without `now`, expired ones too."""
    waiting = Approval.objects.filter(
        kind=Approval.Kind.PUBLICATION,
        state=Approval.State.WAITING,
        asked__version=version.pk,
    )
    return waiting if now is None else waiting.filter(expires_at__gt=now)


def refuse_while_asked(*, version: ProgramVersion, now: datetime | None) -> None:
    if requests_about(version=version, now=now).exists():
        raise WaitsForDecision(
            _("A colleague is to decide about this draft; withdraw the request to change it.")
        )


def lock_publishing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISHING,))


def _next_number() -> int:
    highest: int | None = ProgramVersion.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def fill(*, version: ProgramVersion, rules: dict[str, Any]) -> None:
    version.name = rules["name"]
    version.effective_at = datetime.fromisoformat(rules["effective_at"])
    version.rules = rules
    version.digest = digest(rules)


def check_against_published(*, version: ProgramVersion, now: datetime) -> None:
    published = list(ProgramVersion.objects.published())
    if not published:
        return
    if version.effective_at is None or version.effective_at < now - CLOCK_SLACK:
        raise EffectiveInThePast(
            _("A new version cannot take effect in the past; choose a date to come.")
        )
    if any(earlier.effective_at == version.effective_at for earlier in published):
        raise InstantTaken(_("Another version takes effect at that very moment."))
    if published[0].rules["time_zone"] != version.rules["time_zone"]:
        raise ZoneChanged(_("The program's time zone cannot change between versions."))


def _name_tiers(version: ProgramVersion) -> None:
    rules = compile_rules(version.number, version.rules)
    Tier.objects.bulk_create(
        (
            Tier(rank=rank, name_nl=tier.name_nl, name_en=tier.name_en)
            for rank, tier in enumerate(rules.tiers, start=1)
        ),
        update_conflicts=True,
        unique_fields=["rank"],
        update_fields=["name_nl", "name_en"],
    )
