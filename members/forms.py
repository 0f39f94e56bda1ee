"""The shape of joining, of a profile and of leaving."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from allauth.account.forms import SignupForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members.actions.joining import Answers, apply_to_join
from members.actions.profile import Details, details_of
from members.details import LONGEST_NAME, check_birthday, tidy_name, tidy_postal_code
from members.mail_topics import topic_words
from members.models import Consent, Departure, Invitation, JoiningRules, Member, Terms, User
from members.refusals import Refusal
from members.reports.joining import way_in

APPLIED = "applied_as"
"""Where a session keeps which login's answers were given in it."""

Answer = TypeVar("Answer")


def checked(rule: Callable[[], Answer]) -> Answer:
    """Say a refusal beside the field that it is about."""
    try:
        return rule()
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal), code=refusal.code) from None


class NameField(forms.CharField):
    """A person's name, of any script."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Your name"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "name"}))
        super().__init__(max_length=LONGEST_NAME, **kwargs)

    def clean(self, value: object) -> str:
        name: str = super().clean(value)
        if not name or name == self.initial:
            return name
        return checked(lambda: tidy_name(name))


class BirthdayField(forms.DateField):
    """A day that somebody who is old enough can have been born on."""

    minimum_age = 0

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Your birthday"))
        super().__init__(
            widget=forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}
            ),
            **kwargs,
        )

    def clean(self, value: object) -> date | None:
        birthday: date | None = super().clean(value)
        if birthday is not None:
            today = timezone.localdate()
            checked(lambda: check_birthday(birthday, today=today, minimum_age=self.minimum_age))
        return birthday

    def ask(self, minimum_age: int) -> None:
        """Hold to this age, and let the calendar end today."""
        self.minimum_age = minimum_age
        self.widget.attrs["max"] = timezone.localdate().isoformat()


class PostalCodeField(forms.CharField):
    """A postal code as it is printed; Dutch ones as 1234 AB."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Postal code"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "postal-code"}))
        super().__init__(max_length=12, required=False, **kwargs)

    def clean(self, value: object) -> str:
        code: str = super().clean(value)
        return checked(lambda: tidy_postal_code(code))


def news_words() -> str:
    """Ask for consent in the words that are kept beside the answer."""
    return topic_words(Consent.Topic.NEWS).yes


class AnswersForm(forms.Form):
    """What everybody is asked who wants to join, and no more than that."""

    name = NameField()
    birthday = BirthdayField()
    terms = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("You can take part once you accept the terms."),
        },
    )
    terms_shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    news = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = JoiningRules.current()
        self.joining = way_in(rules)
        self.terms_in_force = Terms.objects.in_force(timezone.now())
        self._ask_birthday(rules.minimum_age)
        self._ask_terms(self.terms_in_force)
        self.fields["news"].label = news_words()

    def clean_terms(self) -> bool:
        accepted: bool = self.cleaned_data["terms"]
        shown = self.data.get("terms_shown", "")
        if self.terms_in_force is None or shown == str(self.terms_in_force.pk):
            return accepted
        # What is ticked next is the version that the page links to now.
        self.data = {**dict(self.data.items()), "terms_shown": self.terms_in_force.pk, "terms": ""}
        raise forms.ValidationError(
            _("The terms were renewed while you filled this in. Please read them again.")
        )

    def answers(self, *, invitation: Invitation | None = None) -> Answers:
        return Answers(
            name=self.cleaned_data["name"],
            language=spoken_language(),
            birthday=self.cleaned_data.get("birthday"),
            terms_id=self.terms_in_force.pk if self.terms_in_force else None,
            wants_news=self.cleaned_data["news"],
            wording=news_words(),
            invitation_id=invitation.pk if invitation else None,
        )

    def _ask_birthday(self, minimum_age: int) -> None:
        field = self.fields["birthday"]
        if isinstance(field, BirthdayField) and minimum_age:
            field.ask(minimum_age)
            field.help_text = _("To check that you are at least %(age)d.") % {"age": minimum_age}
        else:
            del self.fields["birthday"]

    def _ask_terms(self, terms: Terms | None) -> None:
        if terms is None:
            del self.fields["terms"], self.fields["terms_shown"]
            return
        self.fields["terms_shown"].initial = terms.pk
        self.fields["terms"].label = format_html(
            '{} <a href="{}" target="_blank">{}</a>',
            _("I accept the terms."),
            reverse("members:terms"),
            _("Read them (in a new tab)"),
        )


class JoinForm(AnswersForm, SignupForm):
    """The answers, and the address that a code is mailed to."""

    field_order = ["name", "email", "birthday", "terms", "terms_shown", "news"]
    invitation: Invitation | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = _("E-mail address")
        email.widget.attrs.pop("placeholder", None)
        self.order_fields(self.field_order)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            with transaction.atomic():
                return self._saved(request)
        except IntegrityError:
            # Two presses of the button: the other one made the login.
            self.account_already_exists = True
            return self._saved(request)

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        apply_to_join(
            user_id=user.pk, answers=self.answers(invitation=self.invitation), now=timezone.now()
        )
        request.session[APPLIED] = user.pk
        return user

    def _saved(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class InvitedForm(JoinForm):
    """The same for who was invited; an invitation is for one address."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["email"].disabled = True
        self.fields["email"].help_text = _(
            "The invitation is for this address. You can change it once you are a member."
        )
        self.initial["email"] = invitation.email
        self.initial.setdefault("name", invitation.name)


class AcceptanceForm(forms.Form):
    """Which version a member read who presses the button."""

    terms = forms.ModelChoiceField(Terms.objects.filter(published_at__isnull=False))


class TopicForm(forms.Form):
    """Yes or no to a kind of mail, from a switch of two buttons; news where none is named."""

    topic = forms.ChoiceField(choices=Consent.Topic, required=False)
    wants = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda answer: answer == "yes"
    )

    @property
    def topic_chosen(self) -> Consent.Topic:
        return Consent.Topic(self.cleaned_data["topic"] or Consent.Topic.NEWS)


class PreferencesForm(forms.Form):
    """Which kinds of mail somebody wants, and which they saw ticked when they said so."""

    topics = forms.MultipleChoiceField(choices=Consent.Topic, required=False)
    shown = forms.MultipleChoiceField(choices=Consent.Topic, required=False)

    def chosen(self, field: str) -> set[Consent.Topic]:
        return {Consent.Topic(topic) for topic in self.cleaned_data[field]}


class DetailsForm(forms.Form):
    """What a member corrects about themselves; `shown` is what they saw."""

    name = NameField()
    birthday = BirthdayField(
        required=False,
        help_text=gettext_lazy("You fill this in once; later changes go through us."),
    )
    postal_code = PostalCodeField()
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=User.Language)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        now = details_of(member=member)
        for name in ("name", "birthday", "postal_code", "language"):
            self.fields[name].initial = getattr(now, name)
        self.fields["shown"].initial = now.fingerprint
        birthday = self.fields["birthday"]
        if now.birthday is not None:
            del self.fields["birthday"]
        elif isinstance(birthday, BirthdayField):
            birthday.ask(JoiningRules.current().minimum_age)

    def details(self) -> Details:
        answers = self.cleaned_data
        return Details(
            answers["name"], answers.get("birthday"), answers["postal_code"], answers["language"]
        )

    def show_what_changed(self) -> None:
        """Put beside each field what it says now; sending the form again means it."""
        now = details_of(member=self.member)
        self.data = {**dict(self.data.items()), "shown": now.fingerprint}
        for name in ("name", "postal_code", "language"):
            value = getattr(now, name)
            if self.cleaned_data.get(name) not in (None, value):
                shown = self.member.get_language_display() if name == "language" else value
                self.add_error(name, _("It says “%(value)s” now.") % {"value": shown or "–"})


class LeaveForm(forms.Form):
    """Asks why, which nobody has to say, and whether one is sure, which everybody has to."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why are you leaving?"),
        choices=[choice for choice in Departure.Reason.choices if choice[0] != "staff"],
        initial=Departure.Reason.UNSAID,
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("What could we have done better?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("You don't have to answer; no details about others, please."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, close my membership for good."),
        error_messages={
            "required": gettext_lazy("Tick this if you are sure. If not, just leave this page."),
        },
    )

    def clean_reason(self) -> str:
        return self.cleaned_data["reason"] or Departure.Reason.UNSAID


def spoken_language() -> str:
    """The language of this page, among those that people can choose."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"
