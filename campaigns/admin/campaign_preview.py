"""A campaign's message as its readers will see it, and a test to oneself."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.trial_mail import send_trial
from campaigns.admin.campaign_buttons import page_of
from campaigns.models import Campaign
from campaigns.models.campaign import LANGUAGES
from campaigns.reports.message import faults_of, shown_to
from campaigns.reports.samples import sample
from mailroom.message import Filled
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Member
from members.refusals import Refusal

READERS = 8


class TrialForm(forms.Form):
    """In which language; sent twice it sends once."""

    language = forms.ChoiceField(choices=[(code, code) for code in LANGUAGES])
    request_key = forms.UUIDField()


def preview(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show a message in a language, with examples or as one member of the audience reads it."""
    language, member = _asked(request, campaign)
    readers = sample(campaign.parsed(), at=timezone.now())[:READERS] if campaign.audience else []
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": campaign,
        "title": _("Preview of %(campaign)s") % {"campaign": campaign},
        "campaign": campaign,
        "shown": _shown(campaign, language, member),
        "languages": LANGUAGES,
        "language": language,
        "chosen": member,
        "readers": [example.member for example in readers],
        "faults": [fault for fault in faults_of(campaign.content) if fault.language == language],
        "request_key": uuid4(),
        "address": staff_of(request).email,
        "may_change": request.user.has_perm("campaigns.change_campaign"),
        "back": page_of(campaign),
    }
    return TemplateResponse(request, "campaigns/admin/preview.html", context)


def mail_page(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The mail itself as a page for a frame; it runs no script and loads nothing from elsewhere."""
    language, member = _asked(request, campaign)
    answer = HttpResponse(_shown(campaign, language, member).html)
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
    )
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def trial(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Send a test to who asks for it."""
    form = TrialForm(request.POST)
    if request.method == "POST" and form.is_valid():
        answers: dict[str, Any] = form.cleaned_data
        try:
            with transaction.atomic():
                letter = send_trial(
                    campaign_id=campaign.pk,
                    staff_id=staff_of(request).pk,
                    now=timezone.now(),
                    **answers,
                )
                page.record(request, campaign, Done(_("Sent a test to their own address")))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            told = _("A test is on its way to %(address)s.") % {"address": letter.to}
            messages.success(request, told)
    return redirect("admin:campaigns_campaign_preview", campaign.pk)


def _asked(request: HttpRequest, campaign: Campaign) -> tuple[str, Member | None]:
    """Which language and which member; only one of the audience is shown."""
    language = request.GET.get("language", "")
    number = request.GET.get("member", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and campaign.audience):
        return language if language in LANGUAGES else LANGUAGES[0], None
    member = _of_audience(campaign, int(number))
    if member is None:
        return language if language in LANGUAGES else LANGUAGES[0], None
    return language if language in LANGUAGES else member.language, member


def _of_audience(campaign: Campaign, number: int) -> Member | None:
    shown = sample(campaign.parsed(), at=timezone.now())
    return next((example.member for example in shown if example.member.pk == number), None)


def _shown(campaign: Campaign, language: str, member: Member | None) -> Filled:
    return shown_to(
        campaign.content,
        language=language,
        topic=campaign.topic,
        member=member,
        now=timezone.now(),
    )
