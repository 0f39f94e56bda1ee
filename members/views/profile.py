"""What a member sees and sets of themselves, and the way out."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.actions.consent import answer_news
from members.actions.membership import close_membership
from members.actions.profile import DetailsHaveChanged, correct_own_details
from members.forms import DetailsForm, LeaveForm, NewsForm, news_words, no_news_words
from members.models import Acceptance, Consent, Departure, Member
from members.refusals import Refusal
from members.signals import departure_considered
from members.views.door import for_members


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
    """Take a yes or a no to news, in the words of its button."""
    form = NewsForm(request.POST)
    if not form.is_valid():
        return redirect("members:profile")
    wants = form.cleaned_data["wants"]
    try:
        answer_news(
            member_id=member.pk,
            given=wants,
            how=Consent.How.PROFILE,
            wording=news_words() if wants else no_news_words(),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("You get our news by e-mail.") if wants else _("You get no more news.")
        messages.success(request, said)
    return redirect("members:profile")


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
    """What the profile page shows beside its form; three queries."""
    answers = {(one.topic, one.channel): one for one in Consent.objects.latest_of(member.pk)}
    return {
        "member": member,
        "news": answers.get((Consent.Topic.NEWS, Consent.Channel.EMAIL)),
        "news_words": news_words(),
        "no_news_words": no_news_words(),
        "accepted": Acceptance.objects.filter(member=member).select_related("terms").first(),
    }


def _saved(request: HttpRequest, member: Member) -> HttpResponse:
    """Go back to the page, from now on in the language they chose."""
    messages.success(request, _("Your details are saved."))
    response = redirect("members:profile")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, member.language)
    return response
