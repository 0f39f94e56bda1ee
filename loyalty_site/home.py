"""What a member's first page shows of their points: assembled once, and kept while it is true."""

from datetime import datetime
from zlib import crc32

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from members.branding_cache import current_branding
from members.models import Member, Tier
from points.local_time import local_day
from points.models import Account
from points.program_cache import current_program
from points.reports.lines import latest_happenings
from points.reports.statement import situation
from rewards.reports.discounts import discounts_stamp, enough_for
from rewards.reports.vouchers import Waiting

LATEST_LINES = 3
SECONDS_KEPT = 600
"""After this long what nobody counts the versions of, such as a tier's name, shows as it is now."""


def points_at_home(
    request: HttpRequest, member: Member, waiting: Waiting, now: datetime
) -> SafeString:
    """
    Return the parts of the first page that follow from the member's book, as HTML.

    Within a local day of the program they change only when something is posted: points become
    available and expire at midnight. So they are kept under the version of the account's row,
    the day, the program, what the catalog takes off an order, the vouchers that are `waiting`
    and all else that is written in them.
    """
    version = Account.objects.version_of(member.pk)
    key = _key(member, version, waiting, now)
    kept: str | None = cache.get(key) if version else None
    if kept is None:
        kept = _assembled(request, member, waiting, now)
        if version:
            cache.set(key, kept, SECONDS_KEPT)
    return mark_safe(kept)  # noqa: S308 - rendered from our own templates


def _key(member: Member, version: str, waiting: Waiting, now: datetime) -> str:
    program = current_program()
    rules = program.at(now)
    parts = (
        member.pk,
        version,
        member.status,
        crc32(member.name.encode()),
        get_language(),
        rules.number if rules else 0,
        len(program.versions),
        local_day(now, rules.zone) if rules else now.date(),
        discounts_stamp(now),
        waiting.vouchers,
        waiting.until,
        current_branding().tone,
        # A release with other pictures has other pages.
        static("portal/icons.svg"),
    )
    return "home:" + ":".join(map(str, parts))


def _assembled(request: HttpRequest, member: Member, waiting: Waiting, now: datetime) -> str:
    standing = situation(member.pk, now)
    tiers = Tier.objects.in_bulk()
    facts = {
        "member": member,
        "situation": standing,
        "enough": enough_for(member, standing, now),
        "waiting": waiting,
        "tier": tiers[standing.tier],
        "next_tier": tiers.get(standing.next_tier),
        "lines": latest_happenings(member.pk, LATEST_LINES),
    }
    return render_to_string("portal/_home_points.html", facts, request)
