"""What a member sees and sets of themselves, and the way out."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.actions.consent import stop_mail
from members.actions.consent_requests import say_yes
from members.actions.membership import close_membership
from members.actions.profile import DetailsHaveChanged, correct_own_details
from members.forms import DetailsForm, LeaveForm, TopicForm, spoken_language
from members.mail_topics import topic_words
from members.models import Acceptance, Consent, Departure, Member
from members.refusals import Refusal
from members.reports.mail_consent import stands
from members.signals import departure_considered
from members.views.door import for_members

ANSWERS_SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    """Show and correct what we know, and the way to every setting."""
    form = DetailsForm(_sent(request), member=member)
    if request.method == "POST" and form.is_valid():
        try:
            saved = correct_own_details(
                member_id=member.pk,
                details=form.details(),
                shown=form.cleaned_data["shown"],
                now=timezone.now(),
            )
        except DetailsHaveChanged as refusal:
            form.add_error(None, str(refusal))
            form.show_what_changed()
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, saved)
    return render(request, "members/profile.html", {"form": form, **_known(member)})


@require_POST
@for_members
def news(request: HttpRequest, member: Member) -> HttpResponse:
    """Take a yes or a no to a kind of mail, in the words of its button."""
    form = TopicForm(request.POST)
    if form.is_valid():
        try:
            told = _answered(member, form.topic_chosen, wants=form.cleaned_data["wants"])
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, told)
    return redirect(f"{reverse('members:profile')}#mail")


def _answered(member: Member, topic: Consent.Topic, *, wants: bool) -> str:
    """Write the answer down, and say what it means."""
    words, language, now = topic_words(topic), spoken_language(), timezone.now()
    if not wants:
        stop_mail(
            member_id=member.pk,
            topics=[topic],
            how=Consent.How.PROFILE,
            wording=words.no,
            language=language,
            now=now,
        )
        return _("Written down: no more mail about this.")
    waiting = say_yes(
        member_id=member.pk,
        wordings={topic: words.yes},
        language=language,
        how=Consent.How.PROFILE,
        now=now,
    )
    if waiting is None:
        return _("Written down: you get these mails from now on.")
    return _("Almost: we send a letter to %(address)s. Press the button in it.") % {
        "address": waiting.address
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def leave(request: HttpRequest, member: Member) -> HttpResponse:
    """Say what leaving means, ask why, and close the membership once they are sure."""
    if member.status == Member.Status.CLOSED:
        return _farewell(request, member)
    form = LeaveForm(_sent(request))
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            close_membership(
                member_id=member.pk,
                now=now,
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("members:leave")
    facts = {"form": form, "losses": losses(member, now)}
    return render(request, "members/leave.html", facts)


def losses(member: Member, now: datetime) -> list[str]:
    """What each room says that leaving costs."""
    answers = departure_considered.send(sender=None, member_id=member.pk, now=now)
    return [str(sentence) for _receiver, sentence in answers if sentence]


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing at all."""
    return request.POST if request.method == "POST" else None


def _farewell(request: HttpRequest, member: Member) -> HttpResponse:
    departure = Departure.objects.filter(member=member).first()
    return render(request, "members/leave_done.html", {"member": member, "departure": departure})


def _known(member: Member) -> dict[str, object]:
    """What the profile page shows beside its form; four queries."""
    return {
        "member": member,
        "stands": stands(member, timezone.now()),
        "answers": Consent.objects.filter(member=member).order_by("-id")[:ANSWERS_SHOWN],
        "accepted": Acceptance.objects.filter(member=member).select_related("terms").first(),
    }


def _saved(request: HttpRequest, member: Member) -> HttpResponse:
    """Go back to the page, from now on in the language they chose."""
    messages.success(request, _("Your details are saved."))
    response = redirect("members:profile")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, member.language)
    return response
