"""A reward as a form: what it gives, what it costs, and who may have it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from rewards.admin.worth_form import too_far
from rewards.models import Reward
from rewards.models.reward import MONEY, MOST_POINTS, Gives
from rewards.standing import Price

FIELDS = [
    "gives",
    "name_nl",
    "name_en",
    "text_nl",
    "text_en",
    "rules_nl",
    "rules_en",
    "audience",
    "tier",
    "from_at",
    "until_at",
    "points",
    "step_points",
    "most_points",
    "value",
    "step_value",
    "percent",
    "most_off",
    "product",
    "least_order",
    "is_alone",
    "valid_months",
    "per_member",
    "period",
    "handing",
    "cost",
    "vat",
]
EUROS = ("value", "step_value", "percent", "most_off", "least_order", "cost")
"""And what else is typed with a comma or a point, as one writes."""
STEPS = ("step_points", "step_value", "most_points")
ONLY_FOR: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(STEPS, tuple(MONEY)),
    "value": (*MONEY, Gives.PRODUCT, Gives.PERK, Gives.EXPERIENCE),
    "percent": (Gives.PERCENTAGE,),
    "most_off": (Gives.PERCENTAGE,),
    "product": (Gives.PRODUCT,),
}
"""What a field is for; with the other kinds it is neither shown nor kept."""
SHOWN_WHEN = {
    name: f"{sorted(map(str, kinds))}.includes(gives)" for name, kinds in ONLY_FOR.items()
}
"""The same, as the page decides it while one chooses."""
HELP = {
    "rules_nl": gettext_lazy(
        "What it is good for and what not; members read it before they redeem."
    ),
    "rules_en": gettext_lazy("The same in English."),
    "points": gettext_lazy("With a step: the fewest points somebody may spend."),
    "step_points": gettext_lazy(
        "Lets members choose: so many points more, each time. Empty: one price."
    ),
    "most_points": gettext_lazy("The most somebody may spend at once."),
    "step_value": gettext_lazy("What each step adds to the value."),
    "most_off": gettext_lazy("Empty: however high the order is."),
    "product": gettext_lazy("As the tills know it."),
    "least_order": gettext_lazy("0 is any order."),
    "per_member": gettext_lazy("Empty: as often as they like."),
    "from_at": gettext_lazy("Empty: as soon as it is in the catalog."),
    "until_at": gettext_lazy("Empty: until you withdraw it."),
    "cost": gettext_lazy("What one costs you, for the finance export."),
}
MOST_EUROS = Decimal("99999999.99")
"""What a value holds."""


class RewardForm(forms.ModelForm[Reward]):
    """Says beside each field what does not fit, before the database does."""

    class Meta:
        model = Reward
        fields = FIELDS
        help_texts = HELP
        localized_fields = EUROS
        widgets = {
            name: UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"})
            for name in EUROS
        } | {name: UnfoldAdminTextareaWidget(attrs={"rows": 4}) for name in ("text_nl", "text_en")}

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        self._leave_out(answers)
        for name, sentence in self._faults(answers):
            if name not in self.errors:
                self.add_error(name, sentence)
        return answers

    def _leave_out(self, answers: dict[str, Any]) -> None:
        """Forget what was filled in for another kind; who cannot see a field cannot mend it."""
        for name, kinds in ONLY_FOR.items():
            if answers.get("gives") and answers["gives"] not in kinds:
                answers[name] = "" if name == "product" else None
                self.errors.pop(name, None)

    def _faults(self, answers: dict[str, Any]) -> list[tuple[str, str]]:
        return [*_price(answers), *_steps(answers), *_worth(answers), *_window(answers)]


def _price(answers: dict[str, Any]) -> list[tuple[str, str]]:
    points = answers.get("points")
    if points is not None and not 1 <= points <= MOST_POINTS:
        return [("points", _("Between 1 and 100,000,000 points."))]
    months = answers.get("valid_months")
    if months is not None and not 1 <= months <= 120:
        return [("valid_months", _("Between 1 and 120 months."))]
    if answers.get("per_member") == 0:
        return [("per_member", _("Once or more; empty is without a limit."))]
    return []


def _steps(answers: dict[str, Any]) -> list[tuple[str, str]]:
    given = [name for name in STEPS if answers.get(name) is not None]
    if not given:
        return []
    missing = [name for name in STEPS if name not in given]
    if missing:
        return [(missing[0], _("A choice needs the step, what it adds, and the most points."))]
    faults = []
    if answers["step_points"] < 1:
        faults.append(("step_points", _("At least 1 point.")))
    if answers["step_value"] <= 0:
        faults.append(("step_value", _("More than nothing.")))
    if not (answers.get("points") or 0) <= answers["most_points"] <= MOST_POINTS:
        faults.append(("most_points", _("At least the price, and at most 100,000,000.")))
    return faults or _largest(answers)


def _largest(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Look at what the most points would give: more than an amount can be is never promised."""
    price = Price(
        points=answers.get("points") or 0,
        value=answers.get("value"),
        step_points=answers["step_points"],
        step_value=answers["step_value"],
        most_points=answers["most_points"],
    )
    most = price.worth(price.highest(MOST_POINTS))
    if most is not None and most > MOST_EUROS:
        return [("step_value", _("For the most points this comes to more than € 99,999,999.99."))]
    return []


def _worth(answers: dict[str, Any]) -> list[tuple[str, str]]:
    gives, value, percent = answers.get("gives"), answers.get("value"), answers.get("percent")
    faults = []
    if gives in MONEY and (value is None or value <= 0):
        faults.append(("value", _("Say how many euros it is worth.")))
    if value is not None and value < 0:
        faults.append(("value", _("Nothing is worth less than nothing.")))
    if gives == Gives.PERCENTAGE and (percent is None or not 0 < percent <= 100):
        faults.append(("percent", _("More than 0 and at most 100.")))
    if answers.get("most_off") is not None and answers["most_off"] <= 0:
        faults.append(("most_off", _("More than nothing; empty is without a limit.")))
    if gives == Gives.PRODUCT and not answers.get("product"):
        faults.append(("product", _("Give the number by which the tills know it.")))
    return faults


def _window(answers: dict[str, Any]) -> list[tuple[str, str]]:
    opens, ends = answers.get("from_at"), answers.get("until_at")
    far = [name for name in ("from_at", "until_at") if too_far(answers.get(name))]
    if far:
        return [(name, _("Between the years 2000 and 2099.")) for name in far]
    if opens is not None and ends is not None and ends <= opens:
        return [("until_at", _("It has to end after it begins."))]
    return []
