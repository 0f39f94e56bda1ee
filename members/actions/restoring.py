"""Mending a database that an older backup replaced."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.consent import record_consent
from members.models import Consent, LatestConsent, Member


@transaction.atomic
def replay_stops(*, stops: Iterable[Mapping[str, Any]]) -> int:
    """
    Write down again who said no after the backup was made, so that nobody of them is mailed.

    Their words are kept: when, how, and what was asked. Who joined since is unknown here, and
    is passed over. Returns how many noes were missing.
    """
    replayed = 0
    for stop in stops:
        asked = {"member_id": stop["member_id"], "topic": stop["topic"], "channel": stop["channel"]}
        joined_at = datetime.fromisoformat(stop["member__joined_at"])
        is_said = LatestConsent.objects.filter(**asked, given=False).exists()
        is_known = Member.objects.filter(pk=stop["member_id"], joined_at=joined_at).exists()
        if is_said or not is_known:
            continue
        record_consent(
            **asked,
            given=False,
            how=Consent.How(stop["how"]),
            wording=stop["wording"],
            proof=_("Said after the backup that was put back"),
            now=datetime.fromisoformat(stop["given_at"]),
        )
        replayed += 1
    return replayed
