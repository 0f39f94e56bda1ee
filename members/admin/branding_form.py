"""The shape of a business's branding."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanWidget,
)

from members.colors import nearest_accent, nearest_main
from members.logo import clean_logo
from members.models import Branding
from members.models.branding import hex_color
from members.refusals import Refusal

GROUPS = (
    (gettext_lazy("Words"), ("name", "tagline_nl", "tagline_en", "tone")),
    (gettext_lazy("Logo"), ("new_logo", "remove_logo")),
    (gettext_lazy("Colors"), ("color", "accent")),
    (
        gettext_lazy("Contact"),
        ("contact_email", "contact_phone", "contact_address", "website"),
    ),
)
HELP = {
    "name": gettext_lazy(
        "As members know it: “Marktzicht”. Empty: the name in the program's rules."
    ),
    "tagline_nl": gettext_lazy("Stands under the name on the first page: “Sparen bij de buurt.”"),
    "tagline_en": gettext_lazy("The same for who reads English: “Saving around the corner.”"),
    "tone": gettext_lazy("How pages and letters begin."),
    "color": gettext_lazy("The deep color behind the balance; pale text stands on it."),
    "accent": gettext_lazy("For buttons and links. In the dark a lighter one is made of it."),
    "contact_email": gettext_lazy("Under every page and letter, as is all of this."),
    "contact_address": gettext_lazy("In one line: “Marktplein 1, 1234 AB Dorp”."),
}
COLOR = {"data-color": "", "spellcheck": "false", "autocomplete": "off"}


def unusable(name: str, color: str) -> tuple[str, str] | None:
    """Say what is wrong with a color in its place, and the nearest that works; None if it does."""
    nearest = nearest_main(color) if name == "color" else nearest_accent(color)
    if nearest == color.lower():
        return None
    words = (
        _("Pale text cannot be read on %(color)s. The nearest color that works is %(nearest)s.")
        if name == "color"
        else _(
            "Links in %(color)s cannot be read on white, nor white text on its buttons. "
            "The nearest color that works is %(nearest)s."
        )
    )
    return words % {"color": color, "nearest": nearest}, nearest


class BrandingForm(forms.ModelForm[Branding]):
    """Checks each field; the action saves. `shown` tells a later save what was looked at."""

    shown = forms.IntegerField(widget=forms.HiddenInput)
    new_logo = forms.FileField(
        label=gettext_lazy("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, 1 MB at most. Square and with a transparent ground looks best."
        ),
    )
    remove_logo = forms.BooleanField(
        label=gettext_lazy("No logo: show the clover"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    website = forms.URLField(
        label=gettext_lazy("Web site"),
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget(attrs={"placeholder": "https://"}),
    )

    class Meta:
        model = Branding
        fields = [
            "name",
            "tagline_nl",
            "tagline_en",
            "tone",
            "color",
            "accent",
            "contact_email",
            "contact_phone",
            "contact_address",
            "website",
        ]
        labels = {
            "tagline_nl": gettext_lazy("In one line, in Dutch"),
            "tagline_en": gettext_lazy("In one line, in English"),
        }
        help_texts = HELP
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "tagline_nl": UnfoldAdminTextInputWidget(attrs={"lang": "nl"}),
            "tagline_en": UnfoldAdminTextInputWidget(attrs={"lang": "en"}),
            "tone": UnfoldAdminSelectWidget,
            "color": UnfoldAdminTextInputWidget(attrs=COLOR),
            "accent": UnfoldAdminTextInputWidget(attrs=COLOR),
            "contact_email": UnfoldAdminEmailInputWidget,
            "contact_phone": UnfoldAdminTextInputWidget(attrs={"type": "tel"}),
            "contact_address": UnfoldAdminTextInputWidget,
        }

    def clean_color(self) -> str:
        return self._usable("color")

    def clean_accent(self) -> str:
        return self._usable("accent")

    def clean_new_logo(self) -> bytes | None:
        uploaded: UploadedFile | None = self.cleaned_data["new_logo"]
        if not uploaded or not uploaded.file:
            return None
        try:
            return clean_logo(uploaded.file, uploaded.size or 0)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if answers.get("new_logo") and answers.get("remove_logo"):
            self.add_error("remove_logo", _("Either choose a new logo or have none, not both."))
        elif answers.get("new_logo") and self.errors:
            self.add_error("new_logo", _("Choose the file once more; it was not stored yet."))
        return answers

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them, under a word for each group."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    @property
    def wanted(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def logo(self) -> bytes | None:
        """A new logo, nothing for none, None to keep what there is."""
        return b"" if self.cleaned_data["remove_logo"] else self.cleaned_data["new_logo"]

    def _usable(self, name: str) -> str:
        color: str = self.cleaned_data[name].lower()
        hex_color(color)
        fault = unusable(name, color)
        if fault:
            raise forms.ValidationError(fault[0], code="unusable_color")
        return color
