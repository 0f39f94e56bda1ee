"""Forms that say what codes are worth and when; every answer beside its field."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from members.refusals import Refusal
from points.local_time import end_of_day, midnight
from points.program_cache import program_zone
from rewards.actions.issuing import Worth
from rewards.models.reward import Gives, Vat

HUNDRED = 100
A_YEAR = timedelta(days=365)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NEEDS = {
    Gives.DISCOUNT: ("value", gettext_lazy("Say how many euros it is worth.")),
    Gives.GIFT_CARD: ("value", gettext_lazy("Say how many euros it is worth.")),
    Gives.PERCENTAGE: ("percent", gettext_lazy("Say which percentage it takes off.")),
    Gives.PRODUCT: ("product", gettext_lazy("Say which product it gives.")),
}
"""What each kind cannot do without."""
ONLY_FOR: dict[str, tuple[str, ...]] = {
    "value": (Gives.DISCOUNT, Gives.GIFT_CARD, Gives.PRODUCT, Gives.PERK),
    "percent": (Gives.PERCENTAGE,),
    "most_off": (Gives.PERCENTAGE,),
    "product": (Gives.PRODUCT,),
}
"""What a field is for; with the other kinds it is neither shown nor kept."""


def euros(**options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        localize=True,
        min_value=options.pop("min_value", 0),
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **options,
    )


def a_day(**options: Any) -> forms.DateField:
    """A day that every clock and calendar here can reckon with."""
    return forms.DateField(
        widget=UnfoldAdminSingleDateWidget,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        **options,
    )


def words(**options: Any) -> forms.CharField:
    return forms.CharField(
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), **options
    )


class WorthForm(forms.Form):
    """What each code gives, between which days, and what it costs."""

    offered: ClassVar[tuple[str, ...]] = (
        Gives.DISCOUNT,
        Gives.PERCENTAGE,
        Gives.PRODUCT,
        Gives.PERK,
        Gives.GIFT_CARD,
    )
    groups: ClassVar[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = ()
    beside: ClassVar[dict[str, str]] = {
        "name_taken": "name",
        "code_in_name": "name",
        "window_closed": "last_day",
        "too_many_codes": "wanted",
        "not_a_word": "word",
        "code_taken": "word",
        "uses_out_of_range": "most_uses",
        "no_gift_card": "gives",
        "not_an_ean": "ean",
        "coupon_lives_too_long": "valid_days",
    }
    """Beside which field a refusal is shown; the others stand above the form."""
    WORTH: ClassVar[tuple[str, ...]] = (
        *("gives", "value", "percent", "most_off", "product", "least_order", "is_alone"),
    )
    FINANCE: ClassVar[tuple[str, ...]] = ("cost", "vat")

    name = words(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("For colleagues: where the codes go, or what they are for."),
    )
    gives = forms.ChoiceField(
        label=gettext_lazy("What it gives"),
        initial=Gives.DISCOUNT,
        widget=UnfoldAdminSelectWidget(attrs={"x-model.fill": "gives"}),
    )
    value = euros(label=gettext_lazy("Value in euros"), required=False, min_value=None)
    percent = euros(label=gettext_lazy("Percentage"), required=False, max_value=HUNDRED)
    most_off = euros(
        label=gettext_lazy("At most, in euros"), required=False, min_value=Decimal("0.01")
    )
    product = words(
        label=gettext_lazy("The shop's number of the product"), max_length=64, required=False
    )
    least_order = euros(
        label=gettext_lazy("On orders from, in euros"), required=False, initial=None
    )
    is_alone = forms.BooleanField(
        label=gettext_lazy("Not together with other vouchers"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    first_day = a_day(label=gettext_lazy("First day"))
    last_day = a_day(label=gettext_lazy("Last day"))
    cost = euros(
        label=gettext_lazy("Cost price in euros"),
        required=False,
        help_text=gettext_lazy("What one use costs you, for the finance export."),
    )
    vat = forms.ChoiceField(
        label=gettext_lazy("VAT"),
        choices=Vat.choices,
        initial=Vat.MULTI,
        widget=UnfoldAdminSelectWidget,
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Gives.choices)
        gives = self.fields["gives"]
        assert isinstance(gives, forms.ChoiceField)  # noqa: S101
        gives.choices = [(value, labels[value]) for value in self.offered]
        today = timezone.localdate()
        self.fields["first_day"].initial = today
        self.fields["last_day"].initial = today + A_YEAR

    def sections(self) -> Iterator[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """The fields by what they are about, for the page, and when each of them is shown."""
        for title, names in self.groups:
            yield str(title), [(self[name], _shown_when(name)) for name in names]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        gives = answers.get("gives", "")
        self._require(gives, answers)
        for name, kinds in ONLY_FOR.items():
            if gives and gives not in kinds:
                # Who cannot see a field cannot mend it.
                answers[name] = "" if name == "product" else None
                self.errors.pop(name, None)
        first, last = answers.get("first_day"), answers.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        elif last and last < timezone.localdate():
            self.add_error("last_day", _("This day has passed."))
        return answers

    def _require(self, gives: str, answers: dict[str, Any]) -> None:
        name, fault = NEEDS.get(Gives(gives), ("", "")) if gives else ("", "")
        if not name or name in self.errors:
            return
        if not answers.get(name) or (name != "product" and answers[name] <= 0):
            self.add_error(name, str(fault))

    def refused(self, refusal: Refusal) -> None:
        """Show what an action refused beside the field it is about."""
        name = self.beside.get(refusal.code)
        self.add_error(name if name in self.fields else None, str(refusal))

    def worth(self) -> Worth:
        answers = self.cleaned_data
        return Worth(
            gives=answers["gives"],
            value=answers["value"],
            percent=answers["percent"],
            most_off=answers["most_off"],
            product=answers["product"],
            least_order=answers["least_order"] or Decimal(0),
            is_alone=answers["is_alone"],
            vat=answers["vat"],
            cost=answers["cost"],
        )

    def window(self) -> tuple[datetime, datetime]:
        """From the first instant of the first day to the last of the last."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return begin_of(first), end_of(last)


def _shown_when(name: str) -> str:
    kinds = ONLY_FOR.get(name)
    return f"{sorted(map(str, kinds))}.includes(gives)" if kinds else ""


def too_far(moment: datetime | None) -> bool:
    """Tell whether a moment lies where not every clock and calendar here can reckon with it."""
    return moment is not None and not FIRST_DAY <= moment.date() <= LAST_DAY


def begin_of(day: date) -> datetime:
    return midnight(day, program_zone())


def end_of(day: date) -> datetime:
    return end_of_day(day, program_zone())


WHEN = ("first_day", "last_day")


class CodesForm(WorthForm):
    """A batch of unique codes."""

    groups = (
        (gettext_lazy("The batch"), ("name", "wanted")),
        (gettext_lazy("What each code is worth"), WorthForm.WORTH),
        (gettext_lazy("When it can be used"), WHEN),
        (gettext_lazy("For finance"), WorthForm.FINANCE),
    )
    wanted = forms.IntegerField(
        label=gettext_lazy("How many codes"),
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("At most 1,000,000. Each of them can be used once."),
    )


class PromotionForm(WorthForm):
    """One code for everybody."""

    offered = (Gives.DISCOUNT, Gives.PERCENTAGE, Gives.PRODUCT, Gives.PERK)
    groups = (
        (gettext_lazy("The code"), ("name", "word", "most_uses", "per_member")),
        (gettext_lazy("What it is worth"), WorthForm.WORTH),
        (gettext_lazy("When it can be used"), WHEN),
        (gettext_lazy("For finance"), WorthForm.FINANCE),
    )
    word = words(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy(
            "4 to 20 letters and digits. Capitals, spaces and dashes make no difference, and look-"
            "alikes such as O and 0 neither."
        ),
    )
    most_uses = forms.IntegerField(
        label=gettext_lazy("How often in all"),
        min_value=1,
        max_value=10_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    per_member = forms.IntegerField(
        label=gettext_lazy("How often per member"),
        min_value=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Counts where the order says whose it is. Empty: no limit."),
    )
