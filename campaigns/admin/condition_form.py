"""A condition as a line of fields: read from left to right it is a sentence."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.conditions import (
    ASKS,
    MOST_BIRTHDAY_DAYS,
    MOST_DAYS,
    MOST_POINTS,
    Ask,
    Condition,
    ConditionError,
    Flaw,
    Kind,
    as_json,
    conditions_of,
)
from campaigns.reports.known_names import known_names
from members.models import Tier, User
from points.forms import EuroField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TITLES: Mapping[Kind, "StrOrPromise"] = {
    Kind.TIER: gettext_lazy("Tier"),
    Kind.SPENDABLE: gettext_lazy("Points to spend"),
    Kind.BOUGHT: gettext_lazy("Purchases"),
    Kind.SPEND: gettext_lazy("Spending"),
    Kind.CATEGORY: gettext_lazy("Categories"),
    Kind.DEPARTMENT: gettext_lazy("Departments"),
    Kind.STORE: gettext_lazy("Stores"),
    Kind.USUAL_STORE: gettext_lazy("Usual store"),
    Kind.BIRTHDAY_MONTH: gettext_lazy("Month of birth"),
    Kind.BIRTHDAY_SOON: gettext_lazy("Birthday soon"),
    Kind.JOINED: gettext_lazy("Joining"),
    Kind.LANGUAGE: gettext_lazy("Language"),
}
VERBS: Mapping[Kind, tuple["StrOrPromise", "StrOrPromise"]] = {
    Kind.TIER: (gettext_lazy("are"), gettext_lazy("are not")),
    Kind.SPENDABLE: (gettext_lazy("can spend"), gettext_lazy("cannot spend")),
    Kind.BOUGHT: (gettext_lazy("bought"), gettext_lazy("bought nothing")),
    Kind.SPEND: (gettext_lazy("spent"), gettext_lazy("did not spend")),
    Kind.CATEGORY: (gettext_lazy("bought from"), gettext_lazy("bought nothing from")),
    Kind.DEPARTMENT: (gettext_lazy("bought from"), gettext_lazy("bought nothing from")),
    Kind.STORE: (gettext_lazy("bought in"), gettext_lazy("bought nothing in")),
    Kind.USUAL_STORE: (
        gettext_lazy("came most often to"),
        gettext_lazy("did not come most often to"),
    ),
    Kind.BIRTHDAY_MONTH: (
        gettext_lazy("have their birthday in"),
        gettext_lazy("do not have their birthday in"),
    ),
    Kind.BIRTHDAY_SOON: (
        gettext_lazy("have their birthday within"),
        gettext_lazy("do not have their birthday within"),
    ),
    Kind.JOINED: (gettext_lazy("joined"), gettext_lazy("did not join")),
    Kind.LANGUAGE: (gettext_lazy("read"), gettext_lazy("do not read")),
}
EVER, DAYS, BETWEEN = "ever", "days", "between"
FLAWS: Mapping[Flaw, "StrOrPromise"] = {
    Flaw.UNKNOWN: gettext_lazy("Choose what it is about."),
    Flaw.MISSING: gettext_lazy("Fill this in, or take the condition out."),
    Flaw.TOO_MANY: gettext_lazy("Name fewer, or shorter ones."),
    Flaw.NOT_ON_THE_LIST: gettext_lazy("Choose from the list."),
    Flaw.NOT_A_NUMBER: gettext_lazy("Write a number."),
    Flaw.OUT_OF_RANGE: gettext_lazy("This number is too large."),
    Flaw.UPSIDE_DOWN: gettext_lazy("This comes before where it begins."),
    Flaw.NOT_A_DAY: gettext_lazy("Choose a day."),
    Flaw.TWO_PERIODS: gettext_lazy("Choose one period."),
}


class DayBox(UnfoldAdminTextInputWidget):
    """The browser's own calendar."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:  # noqa: ANN401
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


class ConditionForm(forms.Form):
    """One condition of a kind; only the fields that the kind asks for are there."""

    kind = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = kind
        self.parsed: Condition | None = None
        self.initial.setdefault("kind", kind.value)
        self.fields["negated"] = forms.ChoiceField(
            label=_("Who"),
            choices=[("", VERBS[kind][0]), ("not", VERBS[kind][1])],
            required=False,
            widget=UnfoldAdminSelectWidget,
        )
        for ask in ASKS[kind]:
            self.fields.update(_FIELDS[ask](kind))

    @property
    def title(self) -> str:
        return str(TITLES[self.of])

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields between the verb and the period."""
        return [self[name] for name in ("among", "least", "most", "ahead") if name in self.fields]

    @property
    def in_time(self) -> list[forms.BoundField]:
        return [self[name] for name in ("when", "days", "first", "last") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Read the line as a condition; what is wrong with it stands beside its field."""
        answers: dict[str, Any] = super().clean() or {}
        if self.errors:
            return answers
        try:
            (self.parsed,) = conditions_of([self._row(answers)])
        except ConditionError as error:
            for fault in error.faults:
                self.add_error(self._field(fault.key), str(FLAWS[fault.flaw]))
        return answers

    def _row(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {"kind": self.of.value, "negated": bool(answers.get("negated"))}
        row |= {key: answers.get(key) for key in ("among", "least", "most")}
        row["days"] = answers.get("ahead")
        match answers.get("when"):
            case "days":
                row["days"] = answers.get("days")
            case "between":
                row |= {key: answers.get(key) for key in ("first", "last")}
        needs_days = answers.get("when") == DAYS and row["days"] is None
        needs_day = answers.get("when") == BETWEEN and not (row.get("first") or row.get("last"))
        if needs_days or needs_day:
            self.add_error("days" if needs_days else "first", str(FLAWS[Flaw.MISSING]))
        return row

    def _field(self, key: str) -> str:
        if key == "days" and "ahead" in self.fields:
            return "ahead"
        return key if key in self.fields else "negated"


def first_values(condition: Condition) -> dict[str, Any]:
    """Return a condition as its form's first values."""
    (row,) = as_json([condition])
    values = {
        "negated": "not" if condition.negated else "",
        "least": condition.least,
        "most": condition.most,
        "days": condition.days,
        "ahead": condition.days,
        "first": condition.first,
        "last": condition.last,
        "when": DAYS if condition.days is not None else EVER,
    }
    if condition.first is not None or condition.last is not None:
        values["when"] = BETWEEN
    among = row.get("among", [])
    values["among"] = among if condition.kind in _CHOICES else ", ".join(among)
    return values


class NamesField(forms.CharField):
    """Names with commas between them."""

    def clean(self, value: object) -> list[str]:
        written = super().clean(value)
        return [name for part in written.split(",") if (name := part.strip())]


def _among(kind: Kind) -> dict[str, forms.Field]:
    if kind in _CHOICES:
        return {
            "among": forms.MultipleChoiceField(
                label=TITLES[kind],
                choices=_CHOICES[kind](),
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )
        }
    known = known_names(kind)
    example = _("With commas between them, such as: %(names)s") % {"names": ", ".join(known)}
    return {
        "among": NamesField(
            label=TITLES[kind],
            max_length=2_000,
            required=False,
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            help_text=example if known else _("With commas between them."),
        )
    }


def _range(kind: Kind) -> dict[str, forms.Field]:
    if kind is Kind.SPENDABLE:
        limits: dict[str, Any] = {"min_value": 0, "max_value": MOST_POINTS, "required": False}
        widget = UnfoldAdminIntegerFieldWidget
        return {
            "least": forms.IntegerField(label=_("At least (points)"), widget=widget, **limits),
            "most": forms.IntegerField(label=_("At most (points)"), widget=widget, **limits),
        }
    box = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"})
    return {
        "least": EuroField(label=_("At least (€)"), required=False, widget=box),
        "most": EuroField(label=_("At most (€)"), required=False, widget=box),
    }


def _ahead(_kind: Kind) -> dict[str, forms.Field]:
    return {
        "ahead": forms.IntegerField(
            label=_("Days from today"),
            min_value=0,
            max_value=MOST_BIRTHDAY_DAYS,
            required=False,
            widget=UnfoldAdminIntegerFieldWidget,
            help_text=_("0 is today."),
        )
    }


def _period(kind: Kind) -> dict[str, forms.Field]:
    choices = [(DAYS, _("in the last … days")), (BETWEEN, _("between two days"))]
    if Ask.MAYBE_PERIOD in ASKS[kind]:
        choices.insert(0, (EVER, _("ever")))
    return {
        "when": forms.ChoiceField(
            label=_("When"), choices=choices, widget=UnfoldAdminSelectWidget, required=False
        ),
        "days": forms.IntegerField(
            label=_("Days"),
            min_value=0,
            max_value=MOST_DAYS,
            required=False,
            widget=UnfoldAdminIntegerFieldWidget,
        ),
        "first": forms.DateField(label=_("First day"), required=False, widget=DayBox),
        "last": forms.DateField(label=_("Last day"), required=False, widget=DayBox),
    }


_FIELDS: Mapping[Ask, Callable[[Kind], dict[str, forms.Field]]] = {
    Ask.AMONG: _among,
    Ask.RANGE: _range,
    Ask.DAYS: _ahead,
    Ask.PERIOD: _period,
    Ask.MAYBE_PERIOD: _period,
}
_CHOICES: Mapping[Kind, Callable[[], list[tuple[str, str]]]] = {
    Kind.TIER: lambda: [(str(tier.rank), tier.name) for tier in Tier.objects.all()],
    Kind.BIRTHDAY_MONTH: lambda: [(str(number), str(name)) for number, name in MONTHS.items()],
    Kind.LANGUAGE: lambda: [(code, str(name)) for code, name in User.Language.choices],
}
