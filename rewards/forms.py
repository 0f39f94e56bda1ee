"""What a member chooses and confirms when points become a reward."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from points.reports.wording import points_text
from rewards.models import Reward
from rewards.models.reward import MOST_POINTS
from rewards.models.voucher import MOST_GREETING
from rewards.reports.offers import price_of
from rewards.reports.worth import worth_text


class ChoiceForm(forms.Form):
    """How many points to spend, where the reward leaves a choice."""

    def __init__(self, reward: Reward, spendable: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"] = forms.TypedChoiceField(
            label=_("How many points?"),
            coerce=int,
            choices=[
                (points, f"{points_text(points)} – {worth_text(reward, points)}")
                for points in price_of(reward).choices(spendable)
            ],
            error_messages={
                "invalid_choice": _("This is not one of the prices. Choose one of the list.")
            },
        )


class Lines(forms.CharField):
    """Text of some lines; the end of each counts for one character, as it does in a browser."""

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - as Django has it
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ShareForm(forms.Form):
    """What goes with a gift card that is given away by a link."""

    greeting = Lines(
        label=_("A greeting, if you like"),
        max_length=MOST_GREETING,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At most 200 characters. Whoever has the link reads it."),
        error_messages={"max_length": _("Make it at most 200 characters; it has %(show_value)s.")},
    )
    shows_name = forms.BooleanField(
        label=_("Say on the page that it comes from me"), required=False, initial=True
    )


class RedeemForm(forms.Form):
    """What a member confirms: so many points, at the price they saw, once."""

    points = forms.IntegerField(
        min_value=1, max_value=MOST_POINTS, widget=forms.HiddenInput, label=_("points")
    )
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
