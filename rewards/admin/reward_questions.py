"""What the buttons of a reward ask."""

from datetime import datetime
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin.buttons import Question, ReasonForm
from members.models import Card, Member, Tier
from members.refusals import Refusal
from rewards.actions.catalog import MOST_PIECES
from rewards.admin.worth_form import too_far
from rewards.pictures import clean_picture

COUNTED, CAME_IN = "counted", "came_in"
ADD, REMOVE = "add", "remove"


class StockForm(ReasonForm):
    """How many pieces there are, or came in."""

    how = forms.ChoiceField(
        label=gettext_lazy("What you know"),
        choices=[
            (CAME_IN, gettext_lazy("so many came in")),
            (COUNTED, gettext_lazy("so many there are, by a count")),
        ],
        initial=CAME_IN,
        widget=UnfoldAdminRadioSelectWidget,
    )
    pieces = forms.IntegerField(
        label=gettext_lazy("Pieces"),
        min_value=0,
        max_value=MOST_PIECES,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Whoever waits in line is offered one first and gets a letter."),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ["how", "pieces", "reason"]


class EarlyForm(ReasonForm):
    """From when a tier may have it, before the window opens."""

    tier = forms.ModelChoiceField(
        label=gettext_lazy("From tier"),
        queryset=Tier.objects.filter(rank__gt=0),
        widget=UnfoldAdminSelectWidget,
    )
    from_at = forms.SplitDateTimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=gettext_lazy("Empty: this tier waits for the window like everybody."),
    )
    field_order = ["tier", "from_at", "reason"]

    def clean_from_at(self) -> datetime | None:
        from_at: datetime | None = self.cleaned_data["from_at"]
        if too_far(from_at):
            raise forms.ValidationError(_("Between the years 2000 and 2099."))
        return from_at


class InvitedForm(ReasonForm):
    """A member by card number or address, to be put on the list or taken off it."""

    what = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[(ADD, gettext_lazy("put on the list")), (REMOVE, gettext_lazy("take off it"))],
        initial=ADD,
        widget=UnfoldAdminRadioSelectWidget,
    )
    member = forms.CharField(
        label=gettext_lazy("Card number or e-mail address"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order = ["what", "member", "reason"]

    def clean_member(self) -> Member:
        typed = self.cleaned_data["member"].strip()
        digits = typed.replace(" ", "")
        if digits.isdecimal():
            card = Card.objects.filter(number=digits).select_related("member").first()
            found = card.member if card else None
        else:
            found = Member.objects.filter(email=typed.lower()).first()
        if found is None:
            raise forms.ValidationError(_("There is no member with this number or address."))
        return found


class PictureForm(forms.Form):
    """A picture and what it shows, for readers of one language or both."""

    language = forms.ChoiceField(
        label=gettext_lazy("For readers of"),
        choices=[
            ("both", gettext_lazy("both languages")),
            ("nl", gettext_lazy("Dutch")),
            ("en", gettext_lazy("English")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP, 8 MB at most; it is cut to three by two."),
    )
    alt = forms.CharField(
        label=gettext_lazy("What it shows"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("For who cannot see it: “A basket with bread and tulips”."),
    )

    def clean_picture(self) -> bytes:
        uploaded: UploadedFile = self.cleaned_data["picture"]
        if not uploaded.file:
            raise forms.ValidationError(_("This file is empty."))
        try:
            return clean_picture(uploaded.file, uploaded.size or 0)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


PUT_IN = Question(
    title=gettext_lazy("Put in the catalog"),
    text=gettext_lazy("From now on whom it is for sees it and may have it, within its window."),
    submit=gettext_lazy("Put in the catalog"),
)
WITHDRAW = Question(
    title=gettext_lazy("Withdraw this reward"),
    text=gettext_lazy("Nobody new gets one. Vouchers that members have stay good."),
    submit=gettext_lazy("Withdraw"),
)
STOCK = Question(
    title=gettext_lazy("Stock"),
    text=gettext_lazy(
        "Pieces that are held for members in line are part of it. As long as nobody counted, a "
        "reward never runs out."
    ),
    submit=gettext_lazy("Save the stock"),
    form=StockForm,
)
EARLY = Question(
    title=gettext_lazy("Early access"),
    text=gettext_lazy(
        "Members of this tier and above may have it before its window opens: Gold a week before "
        "everybody, for example."
    ),
    submit=gettext_lazy("Save"),
    form=EarlyForm,
)
INVITED = Question(
    title=gettext_lazy("Members on the list"),
    text=gettext_lazy("Only members on its list see a reward that is for invited members."),
    submit=gettext_lazy("Save"),
    form=InvitedForm,
)
PICTURE = Question(
    title=gettext_lazy("Picture"),
    text=gettext_lazy("It stands beside the name in the catalog, and on the page of the reward."),
    submit=gettext_lazy("Save the picture"),
    form=PictureForm,
)
