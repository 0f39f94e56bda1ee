"""What of a database must outlive its being replaced by an older one."""

from typing import Any

from members.models import Consent, LatestConsent

KEPT = ("member_id", "topic", "channel", "given_at", "how", "wording")


def stops(*, using: str) -> list[dict[str, Any]]:
    """Everybody's last word on each topic, where that was no; whose, by number and joining date."""
    words = (
        LatestConsent.objects.using(using).filter(given=False).values_list("consent_id", flat=True)
    )
    rows = Consent.objects.using(using).filter(pk__in=words).order_by("pk")
    return [dict(row) for row in rows.values("member__joined_at", *KEPT)]
