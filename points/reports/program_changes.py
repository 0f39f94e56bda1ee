"""What changes for members when the next version takes effect, in the words they know."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from points.reports.program_words import ProgramWords, words_of
from points.rules import Program, Rules

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject that changes: what is said from then on, and what no longer holds."""

    title: str
    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A version that is published for later: from when, what changes, and all it says."""

    effective_on: date
    is_first: bool
    changes: tuple[Subject, ...]
    words: ProgramWords


def announcements(program: Program, now: datetime) -> list[Announcement]:
    """Announce every version that is published for later, the soonest first."""
    return [
        _announced(program.at(rules.effective_at - MOMENT), rules)
        for rules in program.versions
        if rules.effective_at > now
    ]


def _announced(before: Rules | None, after: Rules) -> Announcement:
    words = words_of(after, after.effective_at)
    changes = changed_words(before, after) if before else ()
    return Announcement(words.effective_on, before is None, changes, words)


def changed_words(before: Rules, after: Rules) -> tuple[Subject, ...]:
    """Return the subjects of which members read something else, with the sentences that differ."""
    # Examples name dates, so both speak as of the same instant.
    old, new = (_sentences(words_of(rules, after.effective_at)) for rules in (before, after))
    return tuple(
        Subject(
            title,
            tuple(sentence for sentence in new[title] if sentence not in old[title]),
            tuple(sentence for sentence in old[title] if sentence not in new[title]),
        )
        for title in new
        if new[title] != old[title]
    )


def _sentences(words: ProgramWords) -> dict[str, tuple[str, ...]]:
    tiers = [
        _("%(name)s, from %(points)s status points") % {"name": tier.name, "points": tier.asks}
        + (f": {tier.gives}" if tier.gives else "")
        for tier in words.tiers
    ]
    return {
        _("Earning points"): (words.lead, *words.earning),
        _("Spending, and how long points last"): words.validity,
        _("Tiers"): (*tiers, *words.tier_rules),
        _("Returning something"): words.refunds,
    }
