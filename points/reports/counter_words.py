"""What to say when somebody at the counter asks, by the version in force."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.reports.wording import points_text, whole
from points.rules import Rules


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member says, and what to do or to answer."""

    question: str
    answer: str


def answers(rules: Rules, *, claim_days: int) -> list[Answer]:
    """Return the questions of every day, those first that come up most."""
    asked = [_forgot(claim_days), _newcomer(rules), _lost(), _gone(rules), _returning()]
    if rules.tiers:
        asked.append(_fell(rules))
    return [*asked, _wrong()]


def _forgot(claim_days: int) -> Answer:
    return Answer(
        _("“I forgot my card.”"),
        _(
            "Look them up at the counter page: name with postal code or birthday. Or they claim the "
            "receipt themselves, under My points, within %(days)s days: keep it safe."
        )
        % {"days": whole(claim_days)},
    )


def _newcomer(rules: Rules) -> Answer:
    answer = _(
        "Enroll them at the counter page with an e-mail address; this purchase counts at once."
    )
    if rules.welcome_bonus:
        answer += " " + _("They get %(points)s as a welcome.") % {
            "points": points_text(rules.welcome_bonus)
        }
    return Answer(_("“I am not a member yet.”"), answer)


def _lost() -> Answer:
    return Answer(
        _("“I lost my card.”"),
        _("Block the old one and give a new one at the counter page. The points stay."),
    )


def _gone(rules: Rules) -> Answer:
    seen = _("My points, in their portal, shows each line and why.")
    if not rules.valid_months:
        return Answer(_("“Where have my points gone?”"), _("Points do not expire.") + " " + seen)
    valid = ngettext(
        "Points last %(months)s month.", "Points last %(months)s months.", rules.valid_months
    ) % {"months": whole(rules.valid_months)}
    return Answer(_("“Where have my points gone?”"), f"{valid} {seen}")


def _returning() -> Answer:
    return Answer(
        _("“I want to return this.”"),
        _(
            "Give the money back as always, by the number of the receipt. Its points go by "
            "themselves; the card is not needed."
        ),
    )


def _fell(rules: Rules) -> Answer:
    return Answer(
        _("“Why have I lost my tier?”"),
        _(
            "Purchases of the last %(days)s days count. Home, in their portal, says how much more "
            "and before when."
        )
        % {"days": whole(rules.window_days)},
    )


def _wrong() -> Answer:
    return Answer(
        _("“These points are wrong.”"),
        _(
            "Promise nothing. Note the member and the number of the receipt, and pass them on to "
            "customer service: they see every step and answer."
        ),
    )
