"""A campaign's message as its readers will see it, and a test to oneself."""

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin.campaign_buttons import page_of
from campaigns.models import Campaign
from campaigns.reports.message import faults_of
from campaigns.reports.samples import sample
from mailroom.actions.test_letters import send_test
from mailroom.admin.previewing import Preview, previewed
from mailroom.message import Filled
from mailroom.reports.preview import preview
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.models import Member
from members.refusals import Refusal

CHANGE = "campaigns.change_campaign"


class TestForm(forms.Form):
    """Which press of the button it was: sent twice it sends once."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)


def preview_page(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show a message with examples, or as one member of the audience reads it."""
    now = timezone.now()
    may_send = request.user.has_perm(CHANGE)

    def write(language: str, member_id: int | None) -> Filled:
        return preview(campaign.content, language, member_id, campaign.topic, now)

    shown = previewed(request, write, readers=_readers(campaign))
    if request.method == "POST":
        if not may_send:
            raise PermissionDenied
        return _sent(request, campaign, shown)
    faults = [fault for fault in faults_of(campaign.content) if fault.language == shown.language]
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": campaign,
        "title": _("Preview of %(campaign)s") % {"campaign": campaign},
        "preview": shown,
        "faults": faults,
        "form": TestForm(initial={"request_key": uuid4()}) if may_send and not faults else None,
        "back": page_of(campaign),
    }
    return TemplateResponse(request, "campaigns/admin/preview.html", context)


def _readers(campaign: Campaign) -> list[Member]:
    if campaign.audience is None:
        return []
    return [example.member for example in sample(campaign.parsed(), at=timezone.now())]


def _sent(request: HttpRequest, campaign: Campaign, shown: Preview) -> HttpResponse:
    form = TestForm(request.POST)
    if form.is_valid():
        try:
            letter = send_test(
                content=campaign.content,
                language=shown.language,
                member_id=shown.member.pk if shown.member else None,
                to_user_id=staff_of(request).pk,
                topic=campaign.topic,
                request_key=form.cleaned_data["request_key"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("A test is on its way to %(to)s") % {"to": letter.to})
    return redirect(request.get_full_path())
