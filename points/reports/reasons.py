"""Reasons as the ledger keeps them, in words."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

MAILING = "mailing:"
REWARD = "reward:"
"""Before the name in Dutch, a line break and the name in English."""
"""Before the name of a mailing that a bonus was given for."""
REASONS = {
    "good_will": lambda: _("good will"),
    "missing_purchase": lambda: _("a purchase was missing"),
    "wrong_member": lambda: _("a purchase went to another member"),
    "mistake": lambda: _("a mistake of ours"),
    "misuse": lambda: _("misuse"),
}


def reward_named(reason: str) -> str:
    """Return the name of the reward that points were redeemed for; blank for another reason."""
    if not reason.startswith(REWARD):
        return ""
    names = reason.removeprefix(REWARD).split("\n")
    return names[-1] if (get_language() or "nl").startswith("en") else names[0]


def reason_line(reason: str | None) -> list[str]:
    """Write a reason as a sentence of its own; none if there is none."""
    if not reason:
        return []
    if reason.startswith(MAILING):
        return [_("For reading our mail “%(name)s”.") % {"name": reason.removeprefix(MAILING)}]
    words = REASONS[reason]() if reason in REASONS else reason
    return [_("Reason: %(reason)s.") % {"reason": words}]
