"""The forms of allauth that we word ourselves."""

from typing import Any

from allauth.account.forms import AddEmailForm, LoginForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty_site.devices import device

MOST = 100


class AddressForm(LoginForm):
    """Asks for the address that a code goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_field(self.fields["login"], gettext("E-mail address"))


class NewAddressForm(AddEmailForm):
    """Asks for the address to log in with from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_field(self.fields["email"], gettext("New e-mail address"))


def _name_field(field: forms.Field, label: str) -> None:
    """Let the label say it alone; a placeholder would vanish as soon as one types."""
    field.label = label
    field.widget.attrs.pop("placeholder", None)


class PasskeyForm(AddWebAuthnForm):
    """Asks what to call a passkey; the device itself is a good first guess."""

    name = forms.CharField(
        label=_("What do you call it?"),
        required=False,
        max_length=MOST,
        help_text=_("So that you know it again in the list."),
    )
    passwordless = forms.BooleanField(
        label=_("Log in with it alone, without a code by mail"), required=False
    )
    field_order = ("name", "passwordless")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        told = context.request.headers.get("User-Agent", "")
        first = {"name": device(told), "passwordless": True}
        kwargs["initial"] = first | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class RenamePasskeyForm(EditWebAuthnForm):
    """Asks what to call a passkey from now on."""

    name = forms.CharField(label=_("What do you call it?"), max_length=MOST)
