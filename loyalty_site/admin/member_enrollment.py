"""Enrolling by staff, and correcting what is known of a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from members.actions.consent_requests import say_yes
from members.actions.enrollment import enroll_member
from members.admin.buttons import Question, question_page
from members.admin.reader import staff_of
from members.details import BadPostalCode, tidy_postal_code
from members.mail_topics import yes_words
from members.models import Consent, Member, User
from members.refusals import Refusal


class EnrollmentForm(forms.Form):
    """All of it may be empty: a card is enough to take part."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Whoever logs in with this address gets this membership."),
    )
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    postal_code = forms.CharField(
        label=gettext_lazy("Postal code"),
        max_length=12,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("With it, or with the birthday, the counter finds them by name."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=User.Language.choices,
        widget=UnfoldAdminSelectWidget,
    )
    news = forms.BooleanField(
        label=gettext_lazy("Wants news by e-mail"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=gettext_lazy("A letter asks them to confirm it; it counts once they do."),
    )

    def clean_postal_code(self) -> str:
        try:
            return tidy_postal_code(self.cleaned_data["postal_code"])
        except BadPostalCode as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if answers.get("news") and not answers.get("email") and "email" not in self.errors:
            self.add_error("email", _("To mail them news we need their address."))
        return answers


ENROLL = Question(
    title=gettext_lazy("Enroll a member"),
    text=gettext_lazy("The member gets a card at once and earns from now on."),
    submit=gettext_lazy("Enroll"),
    form=EnrollmentForm,
)


class CorrectionForm(forms.ModelForm[Member]):
    """What is known of a person; addresses are kept in lower case."""

    def clean_email(self) -> str | None:
        email: str | None = self.cleaned_data["email"]
        return email.lower() if email else None


def enroll(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask who it is, enroll them, and go to their page; a refusal is shown beside the form."""
    form = EnrollmentForm(request.POST or None, initial={"language": User.Language.DUTCH})
    if request.method == "POST" and form.is_valid():
        try:
            member = _enrolled(page, request, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(member)s takes part now") % {"member": member})
            return redirect("admin:members_member_change", member.pk)
    back = _back(page, request)
    return question_page(page, request, ENROLL, form, back=back)


@transaction.atomic
def _enrolled(page: ModelAdmin, request: HttpRequest, answers: dict[str, Any]) -> Member:
    member = enroll_member(
        through=Member.Through.STAFF,
        now=timezone.now(),
        name=answers["name"],
        email=answers["email"] or None,
        birthday=answers["birthday"],
        postal_code=answers["postal_code"],
        language=answers["language"],
    )
    page.log_addition(request, member, _("Enrolled by staff"))
    if answers["news"]:
        say_yes(
            member_id=member.pk,
            wordings=yes_words([Consent.Topic.NEWS], member.language),
            language=member.language,
            how=Consent.How.STAFF,
            staff_id=staff_of(request).pk,
            now=timezone.now(),
        )
    return member


def _back(page: ModelAdmin, request: HttpRequest) -> str:
    """Lead back to the list, or to the counter who may not see the list."""
    if page.has_view_permission(request):
        return reverse("admin:members_member_changelist")
    return (
        reverse("counter")
        if request.user.has_perm("members.look_up_member")
        else reverse("admin:index")
    )
