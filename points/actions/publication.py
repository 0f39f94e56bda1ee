"""Making and publishing versions of the program."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from members.models import Tier
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


class AlreadyPublished(Refusal):
    code = "already_published"


@transaction.atomic
def save_draft(*, toml: str, draft_id: int | None = None) -> ProgramVersion:
    """
    Keep a program file as a draft, new or in place of an earlier draft.

    Raises ProgramFileError for a file that does not hold; refuses to change a published version.
    """
    rules = read_program(toml)
    _lock_publishing()
    if draft_id is None:
        version = ProgramVersion(number=_next_number())
    else:
        version = ProgramVersion.objects.select_for_update().get(pk=draft_id)
        if version.is_published:
            raise AlreadyPublished(_("A published version cannot be changed; make a new one."))
    _fill(version, rules)
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
    _lock_publishing()
    version = ProgramVersion.objects.select_for_update().get(pk=version_id)
    if version.is_published:
        raise AlreadyPublished(_("This version has been published already."))
    _check_against_published(version, now)
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


def _lock_publishing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISHING,))


def _next_number() -> int:
    highest: int | None = ProgramVersion.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _fill(version: ProgramVersion, rules: dict[str, Any]) -> None:
    version.name = rules["name"]
    version.effective_at = datetime.fromisoformat(rules["effective_at"])
    version.rules = rules
    version.digest = digest(rules)


def _check_against_published(version: ProgramVersion, now: datetime) -> None:
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
