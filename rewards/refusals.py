"""Why the catalog says no."""

from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal


class RewardRefused(Refusal):
    """A member can't have a reward now; `code` is one of `rewards.standing.Why`."""

    def __init__(self, code: str, message: str, **details: str | int) -> None:
        self.code = code
        super().__init__(message, **details)


class RewardRepriced(Refusal):
    code = "reward_repriced"

    def __init__(self) -> None:
        super().__init__(
            _("This reward changed while you looked at it. Look at what it costs now, then choose.")
        )


class NoSuchPrice(Refusal):
    code = "no_such_price"

    def __init__(self) -> None:
        super().__init__(_("This is not one of the prices of this reward. Choose one of them."))


class OtherRedemption(Refusal):
    code = "other_content"

    def __init__(self) -> None:
        super().__init__(_("This was used before, for another redemption."))


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
