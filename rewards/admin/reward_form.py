"""A reward as a form: what it gives, what it costs, and who may have it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextInputWidget

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
MOST_EUROS = Decimal("99999999.99")
"""What a value holds."""


class RewardForm(forms.ModelForm[Reward]):
    """Says beside each field what does not fit, before the database does."""

    class Meta:
        model = Reward
        fields = FIELDS
        localized_fields = EUROS
        widgets = {
            name: UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"})
            for name in EUROS
        }

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        for name, sentence in self._faults(answers):
            if name not in self.errors:
                self.add_error(name, sentence)
        return answers

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
    if answers.get("gives") not in MONEY:
        return [(given[0], _("A choice of points is for what is worth an amount."))]
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
    if gives != Gives.PERCENTAGE and percent is not None:
        faults.append(("percent", _("Only a percentage off has one; leave it empty.")))
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
