"""Mail without logging in: stopping it, choosing it, and confirming a yes."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members.actions.consent_requests import (
    UnknownRequest,
    confirm_request,
    refuse_a_dead_one,
    request_of_token,
)
from members.actions.mail_preferences import (
    TooManyChanges,
    set_preferences,
    stop_by_link,
    topics_of,
)
from members.forms import PreferencesForm, spoken_language
from members.mail_topics import stop_all_words, stop_words, topic_words
from members.models import Consent, Member, User
from members.refusals import Refusal
from members.reports.mail_consent import stands, veiled
from members.stop_link import StopLink, read_stop_token

NOT_FOUND, GONE, TOO_MANY = 404, 410, 429
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts for its reader, RFC 8058."""
View = Callable[[HttpRequest, str], HttpResponse]


def by_letter(view: View) -> View:
    """
    Open a page to whoever has its link: no login, no cookie, nothing for a cache or an index.

    The link itself is the secret that a form brings along, so that no other token is needed: it
    works in a mail program's own browser, which often keeps no cookies.
    """

    @wraps(view)
    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def door(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return door


@by_letter
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail at once; show and take what somebody wants to get. A GET changes nothing."""
    link = read_stop_token(token)
    if link is None:
        return render(request, "members/mail_unknown.html", status=NOT_FOUND)
    if request.method == "POST" and request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        return _one_click(link)
    member = Member.objects.filter(pk=link.member_id).first()
    is_current = member is not None and bool(member.email) and link.is_of(member.email or "")
    if member is None or not is_current or member.status == Member.Status.CLOSED:
        return _speaking(request, "", lambda: _plain(request, link))
    if request.method == "POST":
        return _speaking(request, member.language, lambda: _taken(request, link, member))
    return _speaking(request, member.language, lambda: _page(request, link, member))


@by_letter
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more, and count the yes when the button is pressed. A GET changes nothing."""
    try:
        found = request_of_token(token=token)
    except UnknownRequest as refusal:
        return render(request, "members/consent_over.html", {"why": refusal}, status=NOT_FOUND)
    return _speaking(request, found.language, lambda: _confirmed(request, token))


def _one_click(link: StopLink) -> HttpResponse:
    stop_by_link(link=link, language=spoken_language(), now=timezone.now())
    return HttpResponse("OK\n", content_type="text/plain; charset=utf-8")


def _plain(request: HttpRequest, link: StopLink) -> HttpResponse:
    """Stop, and show nothing: this mailbox may be somebody else's by now."""
    stopped = request.method == "POST" and "stop" in request.POST
    if stopped:
        stop_by_link(link=link, language=spoken_language(), now=timezone.now())
    return render(request, "members/mail_stop_only.html", {"stopped": stopped})


def _page(request: HttpRequest, link: StopLink, member: Member, why: str = "") -> HttpResponse:
    shown = stands(member, timezone.now())
    concerned = [one for one in shown if one.topic in topics_of(link=link)]
    is_about_one = len(concerned) == 1
    facts = {
        "veiled": veiled(member.email or ""),
        "stands": shown,
        "about": concerned[0] if is_about_one else None,
        "stop_label": stop_words() if is_about_one else stop_all_words(),
        "gets": any(one.given for one in concerned),
        "before": [one.topic.value for one in concerned if one.given],
        "again": [one.topic.value for one in concerned if one.topic in request.GET.getlist("was")],
        "did": request.GET.get("did", ""),
        "why": why,
    }
    return render(request, "members/mail.html", facts, status=TOO_MANY if why else 200)


def _taken(request: HttpRequest, link: StopLink, member: Member) -> HttpResponse:
    """Do what a button of the page said, and lead back to it."""
    sent, now, language = request.POST, timezone.now(), spoken_language()
    if "stop" in sent:
        stop_by_link(link=link, language=language, now=now)
        was = [topic for topic in sent.getlist("was") if topic in Consent.Topic.values]
        return _back(request, did=["stop"], was=was)
    form = PreferencesForm(sent)
    if not form.is_valid() or not ("save" in sent or "again" in sent):
        return redirect(request.path)
    shown, chosen = form.chosen("shown"), form.chosen("topics")
    if "again" in sent:
        shown, chosen = set(), set(topics_of(link=link)) & chosen
    try:
        set_preferences(link=link, shown=shown, chosen=chosen, language=language, now=now)
    except TooManyChanges as refusal:
        return _page(request, link, member, str(refusal))
    except Refusal:
        # The address or the membership changed while the page was open: it shows what holds now.
        return redirect(request.path)
    return _back(request, did=["again" if "again" in sent else "save"])


def _back(request: HttpRequest, **facts: list[str]) -> HttpResponse:
    return redirect(f"{request.path}?{urlencode(facts, doseq=True)}")


def _confirmed(request: HttpRequest, token: str) -> HttpResponse:
    found = request_of_token(token=token)
    now = timezone.now()
    try:
        if request.method == "POST":
            found = confirm_request(token=token, now=now)
        elif found.confirmed_at is None:
            refuse_a_dead_one(request=found, member=found.member, now=now)
    except Refusal as refusal:
        return render(request, "members/consent_over.html", {"why": refusal}, status=GONE)
    facts = {
        "found": found,
        "veiled": veiled(found.address),
        "topics": [(topic_words(topic), found.wordings[topic]) for topic in found.topics],
    }
    return render(request, "members/consent_confirm.html", facts)


def _speaking(
    request: HttpRequest, language: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Speak what this device has chosen, else the reader's own language; keep nothing of it."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in User.Language.values or language not in User.Language.values:
        return answer()
    with translation.override(language):
        response = answer()
        response.headers["Content-Language"] = language
    return response
