"""Why the ledger says no."""

from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal


class OtherContent(Refusal):
    code = "other_content"


class UnknownMember(Refusal):
    code = "unknown_member"


class OutsideProgram(Refusal):
    code = "outside_program"


class InTheFuture(Refusal):
    code = "in_the_future"


WORDS = {
    "not_enough_points": _("Not enough points: %(wanted)s asked, %(spendable)s can be spent."),
    "member_frozen": _("This membership is frozen; points cannot be spent."),
    "member_closed": _("This membership has been closed."),
    "unknown_purchase": _("The purchase it refers to is not known: %(key)s."),
    "unknown_line": _("There is no line %(line)s on this receipt."),
    "lines_beyond_total": _("Its lines add up to more than its total."),
    "unknown_redemption": _("The redemption it refers to is not known: %(key)s."),
    "unknown_refund": _("The refund it refers to is not known: %(key)s."),
    "before_purchase": _("A refund cannot come before its purchase."),
    "before_redemption": _("A redemption cannot be undone before it was made."),
    "before_refund": _("A refund cannot be undone before it was made."),
    "more_than_redeemed": _("More than was redeemed: %(wanted)s asked, %(left)s left."),
    "already_voided": _("This refund has been undone already."),
    "someone_elses": _("What it refers to belongs to another member."),
    "outside_program": _("The program had not begun at that moment."),
}


class RuleSaysNo(Refusal):
    """A rule of the book refused; `code` names which."""

    def __init__(self, code: str, **details: str | int) -> None:
        self.code = code
        super().__init__(str(WORDS[code]) % details if details else WORDS[code], **details)
