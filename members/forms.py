"""The shape of joining."""

from allauth.account.forms import SignupForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.actions.profile import name_login
from members.models import User


class JoinForm(SignupForm):
    """Asks for no more than a name and an address."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email"]

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        user.name = self.cleaned_data["name"]
        user.language = "en" if (get_language() or "nl").startswith("en") else "nl"
        name_login(user_id=user.pk, name=user.name, language=User.Language(user.language))
        return user
