"""A mailing's mails: what a batch of readers needs is gathered once, the rest is filling in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mailroom.delivery_sql.claims import Claimed
from mailroom.delivery_sql.leaving import Leaving
from mailroom.facts import facts_of, facts_of_name
from mailroom.layout import compile_for
from mailroom.mail import Mail
from mailroom.message import Compiled
from mailroom.models import Mailing
from mailroom.outcome import Fate, Outcome, error_in_words
from members.models import Member
from members.stop_link import stop_token

PLACE = "-here-"
Facts = Mapping[int, Mapping[str, str]]


@dataclass(slots=True)
class Composer:
    """Writes the mails of one mailing, in every language its readers have."""

    mailing: Mailing
    now: datetime
    _compiled: dict[str, Compiled] = field(default_factory=dict)
    _stop_at: str = field(
        default_factory=lambda: f"{settings.SITE_URL}{reverse('members:stop', args=[PLACE])}"
    )

    def gather(self, claimed: Sequence[Claimed]) -> Facts:
        """Ask every room, once a language, what the message says of these readers."""
        members = Member.objects.filter(pk__in=[one.member_id for one in claimed])
        by_language: dict[str, list[Member]] = {}
        for member in members.only("name", "language"):
            by_language.setdefault(member.language, []).append(member)
        facts: dict[int, Mapping[str, str]] = {}
        for language, readers in by_language.items():
            with translation.override(language):
                wanted = self._in(language).wanted
                facts.update(facts_of(readers, wanted=wanted, now=self.now))
        return facts

    def mails(
        self, leaving: Sequence[Leaving], facts: Facts, outcomes: dict[int, Outcome]
    ) -> Iterator[Mail]:
        """Write mails one by one; one that cannot be written is refused and the next goes on."""
        for one in leaving:
            try:
                mail = self._mail(one, facts.get(one.member_id, {}))
            except Exception as error:  # noqa: BLE001 - one reader's facts stop nobody else
                outcomes[one.id] = Outcome(Fate.REFUSED, error_in_words(error))
                continue
            yield mail

    def _mail(self, one: Leaving, facts: Mapping[str, str]) -> Mail:
        compiled = self._in(one.language)
        headers: tuple[tuple[str, str], ...] = (("Content-Language", one.language),)
        about = {**facts, **facts_of_name(one.name)}
        if self.mailing.topic:
            stop = self._stop_url(one)
            about["stop_url"] = stop
            headers += (
                ("List-Unsubscribe", f"<{stop}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            )
        else:
            headers += (("Auto-Submitted", "auto-generated"),)
        filled = compiled.fill(about)
        return Mail(
            key=one.id,
            ident=f"delivery-{one.id}",
            to=one.email,
            name=one.name,
            subject=filled.subject,
            text=filled.text,
            html=filled.html,
            headers=headers,
        )

    def _in(self, language: str) -> Compiled:
        if language not in self._compiled:
            content: Any = self.mailing.content
            self._compiled[language] = compile_for(content, language, self.mailing.topic, self.now)
        return self._compiled[language]

    def _stop_url(self, one: Leaving) -> str:
        token = stop_token(
            member_id=one.member_id,
            topic=self.mailing.topic,
            email=one.email,
            mailing_id=self.mailing.pk,
        )
        return self._stop_at.replace(PLACE, token)
