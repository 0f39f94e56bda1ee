"""Campaigns: a page that reads as a story, from whom it is for to what became of it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from campaigns.actions.drafts import change_campaign, draft_campaign
from campaigns.actions.scheduling import SEND
from campaigns.admin import campaign_buttons, campaign_deliveries, campaign_preview
from campaigns.admin.campaign_form import CampaignForm, first_answers
from campaigns.admin.campaign_story import draft_of, story, whom
from campaigns.models import Campaign
from campaigns.reports.progress import progress
from mailroom.models import Mailing
from members.admin.buttons import found
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.refusals import Refusal
from points.reports.wording import whole

CHANGE = "campaigns.change_campaign"
VIEW = "campaigns.view_campaign"
COLORS = {
    Campaign.State.DRAFT: "default",
    Campaign.State.WAITING: "warning",
    Campaign.State.SCHEDULED: "info",
    Campaign.State.CANCELLED: "danger",
    Mailing.State.FILLING: "info",
    Mailing.State.RUNNING: "info",
    Mailing.State.PAUSED: "warning",
    Mailing.State.STOPPED: "danger",
    Mailing.State.DONE: "success",
}


@admin.register(Campaign)
class CampaignPage(StaffPage):
    """One message to many."""

    list_display = ["name", "state_label", "whom", "leaves", "members", "drafter"]
    list_filter = [("state", ChoicesDropdownFilter), ("topic", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["mailing", "audience", "drafted_by"]
    search_fields = ["name__istartswith"]
    search_help_text = gettext_lazy("The beginning of a name")
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "A campaign is a message to an audience. Write one; nothing leaves before you schedule it."
    )
    actions_detail = [
        "edit",
        "schedule",
        "unschedule",
        "cancel",
        "pause",
        "resume",
        "stop",
        "copy",
        "preview",
        "deliveries",
        "settle",
        "download",
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        # Addresses, not buttons of the theme: the page has its own.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset(request)
        return rows.select_related(
            "audience", "mailing", "approval__decided_by", "drafted_by", "scheduled_by"
        )

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._written(request, None)

    @action(description=gettext_lazy("Change"), url_path="edit", permissions=[CHANGE])
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        if not campaign.may_be_changed:
            messages.warning(request, _("This campaign stays as it is; copy it to use it again."))
            return redirect(campaign_buttons.page_of(campaign))
        return self._written(request, campaign)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Tell the story of a campaign; it is changed on a page of its own."""
        campaign = found(self, Campaign, request, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            raise PermissionDenied
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": campaign,
            "title": campaign.name,
            "campaign": campaign,
            "state": self.state_label(campaign),
            "may_change": request.user.has_perm(CHANGE),
            "may_send": request.user.has_perm(SEND),
            "may_add": self.has_add_permission(request),
            **story(campaign, now),
            "progress": progress(campaign, now),
        }
        return TemplateResponse(request, "campaigns/admin/campaign.html", context)

    def _written(self, request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
        form = CampaignForm(
            request.POST or None, initial=first_answers(campaign), campaign=campaign
        )
        if request.method == "POST" and form.is_valid():
            saved = self._saved(request, form, campaign)
            if saved is not None:
                return redirect(campaign_buttons.page_of(saved))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": campaign,
            "title": _("Change %(campaign)s") % {"campaign": campaign}
            if campaign
            else _("A new campaign"),
            "campaign": campaign,
            "form": form,
        }
        return TemplateResponse(request, "campaigns/admin/campaign_form.html", context)

    def _saved(
        self, request: HttpRequest, form: CampaignForm, campaign: Campaign | None
    ) -> Campaign | None:
        draft, now = form.draft(), timezone.now()
        if campaign is not None and draft == draft_of(campaign):
            return campaign
        try:
            with transaction.atomic():
                staff_id = staff_of(request).pk
                if campaign is None:
                    saved = draft_campaign(draft=draft, staff_id=staff_id, now=now)
                else:
                    seen = form.cleaned_data["seen"]
                    saved = change_campaign(
                        campaign_id=campaign.pk, draft=draft, seen=seen, staff_id=staff_id, now=now
                    )
                before = _values(campaign)
                words = _("Added") if campaign is None else _("Changed the campaign")
                self.record(request, saved, Done(words, before, _values(saved)))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return None
        if campaign is not None and not campaign.is_draft:
            messages.warning(
                request, _("It was taken back and is a draft again: schedule it once more.")
            )
        return saved

    @action(description=gettext_lazy("Schedule"), url_path="schedule", permissions=[SEND])
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        return campaign_buttons.schedule(self, request, campaign)

    def _press(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        return campaign_buttons.press(self, request, campaign, name)

    @action(description=gettext_lazy("Unschedule"), url_path="unschedule", permissions=[SEND])
    def unschedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._press(request, object_id, "unschedule")

    @action(description=gettext_lazy("Call off"), url_path="cancel", permissions=[SEND])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._press(request, object_id, "cancel")

    @action(description=gettext_lazy("Hold up"), url_path="pause", permissions=[SEND])
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._press(request, object_id, "pause")

    @action(description=gettext_lazy("Let go on"), url_path="resume", permissions=[SEND])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._press(request, object_id, "resume")

    @action(description=gettext_lazy("Stop"), url_path="stop", permissions=[SEND])
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._press(request, object_id, "stop")

    @action(
        description=gettext_lazy("Copy"), url_path="copy", permissions=["campaigns.add_campaign"]
    )
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        if request.method != "POST":
            return redirect(campaign_buttons.page_of(campaign))
        with transaction.atomic():
            made = campaign_buttons.copy(self, request, campaign)
        return redirect("admin:campaigns_campaign_edit", made.pk)

    @action(description=gettext_lazy("Preview"), url_path="preview", permissions=[VIEW])
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        return campaign_preview.preview_page(self, request, campaign)

    @action(description=gettext_lazy("Who got it"), url_path="deliveries", permissions=[VIEW])
    def deliveries(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        return campaign_deliveries.listed(self, request, campaign)

    @action(description=gettext_lazy("Settle"), url_path="settle", permissions=[SEND])
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = found(self, Campaign, request, object_id)
        return campaign_deliveries.settled(self, request, campaign)

    @action(description=gettext_lazy("Download"), url_path="download", permissions=[VIEW])
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        campaign = found(self, Campaign, request, object_id)
        return campaign_deliveries.downloaded(self, request, campaign)

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, campaign: Campaign) -> tuple[str, str]:
        if campaign.mailing is not None:
            return campaign.mailing.state, campaign.mailing.get_state_display()
        return campaign.state, campaign.get_state_display()

    @display(description=gettext_lazy("whom it is for"))
    def whom(self, campaign: Campaign) -> str:
        return whom(campaign)

    @display(description=gettext_lazy("leaves"))
    def leaves(self, campaign: Campaign) -> str:
        at = campaign.send_at
        if campaign.mailing is not None:
            at = campaign.mailing.started_at
        if at is None:
            return "–"
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")

    @display(description=gettext_lazy("may be mailed"))
    def members(self, campaign: Campaign) -> str:
        return "–" if campaign.reachable is None else whole(campaign.reachable)

    @display(description=gettext_lazy("drafted by"))
    def drafter(self, campaign: Campaign) -> str:
        return campaign.drafted_by.get_full_name()


def _values(campaign: Campaign | None) -> dict[str, Any]:
    """What a trace keeps of a campaign: what it says is in its row."""
    if campaign is None:
        return {}
    return {
        "name": campaign.name,
        "topic": campaign.topic,
        "audience": str(campaign.audience) if campaign.audience else None,
        "subject_nl": campaign.content.get("nl", {}).get("subject", ""),
        "subject_en": campaign.content.get("en", {}).get("subject", ""),
        "send_at": campaign.send_at.isoformat() if campaign.send_at else None,
        "bonus_points": campaign.bonus_points,
        "edition": campaign.edition,
    }
