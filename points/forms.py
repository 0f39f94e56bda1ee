"""The shape of what a member types about a receipt."""

import re
from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from points.actions.receipts import CLAIM_DAYS

WRITTEN = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3})*|[0-9]{1,9})"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{1,2}|[-–—]))?"
)
MOST = Decimal("9999999.99")


def euros(text: str) -> Decimal | None:
    """
    Read an amount as Dutch or English readers write it: 12,50, 1.234,50, 1,234.50, € 12,-.

    A point or comma before three digits groups thousands. None if it is no amount.
    """
    plain = "".join(text.replace("€", "").split())
    written = WRITTEN.fullmatch(plain)
    if written is None or (written["group"] and written["group"] == written["point"]):
        return None
    whole = re.sub(r"[.,]", "", written["whole"])
    cents = (written["cents"] or "").strip("-–—").ljust(2, "0")
    amount = Decimal(f"{whole}.{cents}")
    return amount if amount <= MOST else None


class EuroField(forms.Field):
    """An amount of money as people write it."""

    def to_python(self, value: object) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        amount = euros(str(value))
        if amount is None:
            raise ValidationError(_("Write an amount such as 12.50."), code="invalid")
        return amount


class ClaimForm(forms.Form):
    """What stands on a receipt: its number, its day and its total."""

    number = forms.CharField(
        label=_("Receipt number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Often at the bottom of the receipt, or above its barcode."),
    )
    bought_on = forms.DateField(
        label=_("Date on the receipt"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"],
    )
    total = EuroField(
        label=_("Total"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "decimal", "class": "short"}
        ),
        help_text=_("What you paid, in euros: 12.50."),
    )

    def offer_days(self, today: date) -> None:
        """Let the calendar of the browser begin and end with the days that can be claimed."""
        days = self.fields["bought_on"].widget.attrs
        days["max"], days["min"] = (
            today.isoformat(),
            (today - timedelta(days=CLAIM_DAYS)).isoformat(),
        )
