"""An earning rule of a draft as a form: what it gives, on what, when, where, for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from points.earning_rules import Period
from points.file_values import WEEKDAYS as WEEKDAY_NAMES
from points.forms import EuroField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MULTIPLIER, POINTS, PIECES, FREE = "multiplier", "points", "points_per_piece", "take"
GIFTS = [
    (MULTIPLIER, gettext_lazy("More points for every euro")),
    (POINTS, gettext_lazy("A fixed number of points")),
    (PIECES, gettext_lazy("Points for each piece")),
    (FREE, gettext_lazy("Three for two: the cheapest comes back as points")),
]
KEYS_OF = {
    MULTIPLIER: ("multiplier",),
    POINTS: ("points",),
    PIECES: ("points_per_piece",),
    FREE: ("take", "pay", "back_at"),
}
PERIODS = [
    (Period.PURCHASE, gettext_lazy("a purchase")),
    (Period.DAY, gettext_lazy("a day")),
    (Period.WEEK, gettext_lazy("a week")),
    (Period.MONTH, gettext_lazy("a month")),
    (Period.YEAR, gettext_lazy("a year")),
]
LISTED = ("categories", "products", "stores", "channels")
COMMAS = gettext_lazy("With commas between them. Nothing here means: everywhere and everything.")


def box(mode: str = "text", **attrs: str) -> UnfoldAdminTextInputWidget:
    """An input for text, or for what a phone shows another keyboard for."""
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": mode, **attrs})


class DayBox(UnfoldAdminTextInputWidget):
    """The browser's own calendar."""

    input_type = "date"


class ClockBox(UnfoldAdminTextInputWidget):
    """The browser's own clock."""

    input_type = "time"


def whole_number(label: "StrOrPromise", **limits: Any) -> forms.IntegerField:
    """An optional whole number; which ones are needed follows from what the rule gives."""
    return forms.IntegerField(
        label=label, required=False, widget=UnfoldAdminIntegerFieldWidget, **limits
    )


def decimal_number(
    label: "StrOrPromise", help_text: "StrOrPromise", *, least: float, most: int
) -> forms.DecimalField:
    """An optional number with at most four decimals."""
    return forms.DecimalField(
        label=label,
        required=False,
        localize=True,
        min_value=least,
        max_value=most,
        decimal_places=4,
        widget=box("decimal"),
        help_text=help_text,
    )


class NamesField(forms.CharField):
    """Names with commas between them."""

    def __init__(self, label: "StrOrPromise", help_text: "StrOrPromise" = "") -> None:
        super().__init__(
            label=label, required=False, max_length=2_000, widget=box(), help_text=help_text
        )

    def clean(self, value: object) -> list[str]:
        written = super().clean(value)
        return [name for part in written.split(",") if (name := part.strip())]


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that belong together, under a heading."""

    key: str
    title: str
    fields: Sequence[forms.BoundField]


class RuleForm(forms.Form):
    """One earning rule; empty fields ask for nothing."""

    name_nl = forms.CharField(
        label=gettext_lazy("Name in Dutch"), max_length=60, widget=box(lang="nl")
    )
    name_en = forms.CharField(
        label=gettext_lazy("Name in English"), max_length=60, widget=box(lang="en")
    )
    gift = forms.ChoiceField(
        label=gettext_lazy("What it gives"),
        choices=GIFTS,
        initial=MULTIPLIER,
        widget=UnfoldAdminRadioSelectWidget,
    )
    multiplier = decimal_number(
        gettext_lazy("Times the points"),
        gettext_lazy("2 doubles them."),
        least=1.0001,
        most=10,
    )
    points = whole_number(gettext_lazy("Points"), min_value=1, max_value=1_000_000)
    points_per_piece = whole_number(
        gettext_lazy("Points for each piece"), min_value=1, max_value=1_000_000
    )
    take = whole_number(gettext_lazy("Of every so many pieces"), min_value=2, max_value=100)
    pay = whole_number(gettext_lazy("so many are paid for"), min_value=1, max_value=99)
    back_at = decimal_number(
        gettext_lazy("Points for each euro that comes back"),
        gettext_lazy("100 if a hundred points are worth a euro."),
        least=0.0001,
        most=10_000,
    )
    categories = NamesField(gettext_lazy("Categories"), COMMAS)
    products = NamesField(gettext_lazy("Products"), gettext_lazy("By the shop's own numbers."))
    least_base = EuroField(
        label=gettext_lazy("From how many euros"),
        required=False,
        widget=box("decimal"),
        help_text=gettext_lazy("Spent on what is named above, or on the whole purchase."),
    )
    starts = forms.DateField(label=gettext_lazy("First day"), required=False, widget=DayBox)
    ends = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=DayBox)
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        required=False,
        choices=[(name, WEEKDAYS[number]) for number, name in enumerate(WEEKDAY_NAMES)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("None chosen means: every day."),
    )
    since = forms.TimeField(label=gettext_lazy("From"), required=False, widget=ClockBox)
    until = forms.TimeField(
        label=gettext_lazy("To"),
        required=False,
        widget=ClockBox,
        help_text=gettext_lazy("May lie after midnight."),
    )
    stores = NamesField(gettext_lazy("Stores"), COMMAS)
    channels = NamesField(gettext_lazy("Channels"))
    from_tier = forms.ChoiceField(
        label=gettext_lazy("From this tier on"), required=False, widget=UnfoldAdminSelectWidget
    )
    first_purchase = forms.BooleanField(
        label=gettext_lazy("Only on a member's first purchase"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    birthday_days = whole_number(
        gettext_lazy("Days around the birthday"), min_value=0, max_value=31
    )
    most_points = whole_number(gettext_lazy("At most so many points"), min_value=1)
    most_per = forms.ChoiceField(
        label=gettext_lazy("a member and"),
        required=False,
        choices=PERIODS,
        widget=UnfoldAdminSelectWidget,
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, tiers: Sequence[Mapping[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = "name_en" if get_language() == "en" else "name_nl"
        tier = cast("forms.ChoiceField", self.fields["from_tier"])
        tier.choices = [("", _("Everybody")), *((row["name_nl"], row[name]) for row in tiers)]
        self.fields["birthday_days"].help_text = _(
            "0 is the birthday itself, 3 from three days before to three days after it. Empty "
            "asks for no birthday."
        )

    @property
    def parts(self) -> list[Part]:
        listed = (
            ("name", _("Name"), ("name_nl", "name_en")),
            ("gift", "", ("gift",)),
            ("gift-multiplier", "", KEYS_OF[MULTIPLIER]),
            ("gift-points", "", KEYS_OF[POINTS]),
            ("gift-pieces", "", KEYS_OF[PIECES]),
            ("gift-free", "", KEYS_OF[FREE]),
            ("what", _("On what"), ("categories", "products", "least_base")),
            ("when", _("When"), ("starts", "ends", "since", "until", "weekdays")),
            ("where", _("Where"), ("stores", "channels")),
            ("whom", _("For whom"), ("from_tier", "first_purchase", "birthday_days")),
            ("most", _("At most"), ("most_points", "most_per")),
        )
        return [Part(key, title, [self[name] for name in names]) for key, title, names in listed]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        for key in KEYS_OF.get(answers.get("gift", ""), ()):
            if answers.get(key) is None and key not in self.errors:
                self.add_error(key, _("Fill this in, or choose something else that it gives."))
        if (answers.get("since") is None) != (answers.get("until") is None):
            self.add_error("until", _("Write both times, or neither."))
        return answers

    def rule(self) -> dict[str, Any]:
        """Return the answers as the program file has them: nothing for what is empty."""
        answers = self.cleaned_data
        rule: dict[str, Any] = {key: answers[key] for key in ("name_nl", "name_en")}
        for key in KEYS_OF[answers["gift"]]:
            rule[key] = _written(answers[key])
        for key in (*LISTED, "weekdays", "from_tier", "birthday_days", "most_points"):
            rule[key] = answers[key]
        rule["first_purchase"] = answers["first_purchase"] or None
        rule["least_base"] = _written(answers["least_base"])
        for key in ("starts", "ends"):
            rule[key] = answers[key].isoformat() if answers[key] else None
        if answers["since"] is not None:
            rule["hours"] = [answers[key].strftime("%H:%M") for key in ("since", "until")]
        if answers["most_points"]:
            rule["most_per"] = answers["most_per"] or Period.PURCHASE.value
        return {key: value for key, value in rule.items() if value not in (None, "", [])}


def _written(value: object) -> object:
    """Write a number with decimals as text, as the program file's checks take it."""
    return value if isinstance(value, int) or value is None else f"{value:f}"


def answers_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule of the program as the form's first values."""
    start, end = rule.get("hours") or (None, None)
    gift = next((key for key, keys in KEYS_OF.items() if keys[0] in rule), MULTIPLIER)
    numbers = {key: Decimal(rule[key]) for key in ("multiplier", "back_at") if key in rule}
    named = {key: ", ".join(rule.get(key, ())) for key in LISTED}
    return {**rule, **named, **numbers, "gift": gift, "since": start, "until": end}
