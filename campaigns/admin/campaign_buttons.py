"""What the buttons of a campaign ask before they do anything."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.actions.drafts import copy_campaign
from campaigns.actions.scheduling import (
    cancel_campaign,
    schedule_campaign,
    unschedule_campaign,
)
from campaigns.actions.sending import pause_campaign, resume_campaign, stop_campaign
from campaigns.models import Campaign
from campaigns.reports.audience_words import sentence
from campaigns.reports.headcount import headcount_in_time
from mailroom.models import MailRules
from members.admin.buttons import Question, ReasonForm, ask
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from points.reports.wording import whole


class ScheduleForm(ReasonForm):
    """Why, and which edition was read; sent twice it schedules once."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


@dataclass(frozen=True, slots=True)
class Button:
    """A question, the action behind it, and what the trace says."""

    question: Question
    act: Callable[..., Campaign]
    words: Any


BUTTONS = {
    "unschedule": Button(
        Question(
            title=gettext_lazy("Make it a draft again"),
            text=gettext_lazy(
                "Nothing leaves. What a colleague approved, or was asked, is taken back."
            ),
            submit=gettext_lazy("Make it a draft"),
        ),
        unschedule_campaign,
        gettext_lazy("Made a draft again: %(campaign)s"),
    ),
    "cancel": Button(
        Question(
            title=gettext_lazy("Call this campaign off"),
            text=gettext_lazy("Nobody gets it. It stays to be read, and can be copied."),
            submit=gettext_lazy("Call it off"),
            is_final=True,
        ),
        cancel_campaign,
        gettext_lazy("Called off: %(campaign)s"),
    ),
    "pause": Button(
        Question(
            title=gettext_lazy("Hold this campaign up"),
            text=gettext_lazy(
                "Within seconds nothing leaves any more. Who has it, has it; the others wait "
                "until somebody lets it go on."
            ),
            submit=gettext_lazy("Hold it up"),
        ),
        pause_campaign,
        gettext_lazy("Held up: %(campaign)s"),
    ),
    "resume": Button(
        Question(
            title=gettext_lazy("Let this campaign go on"),
            text=gettext_lazy("It goes on with who still waits for it."),
            submit=gettext_lazy("Let it go on"),
        ),
        resume_campaign,
        gettext_lazy("Let go on: %(campaign)s"),
    ),
    "stop": Button(
        Question(
            title=gettext_lazy("Stop this campaign for good"),
            text=gettext_lazy(
                "Who has not been mailed will not be. What is leaving at this moment still does."
            ),
            submit=gettext_lazy("Stop it"),
            is_final=True,
        ),
        stop_campaign,
        gettext_lazy("Stopped: %(campaign)s"),
    ),
}


def press(page: StaffPage, request: HttpRequest, campaign: Campaign, name: str) -> HttpResponse:
    """Ask a button's question, and do it."""
    button = BUTTONS[name]

    def act(_answers: dict[str, Any]) -> Done:
        before = state_words(campaign)
        done = button.act(
            campaign_id=campaign.pk, staff_id=staff_of(request).pk, now=timezone.now()
        )
        after = state_words(Campaign.objects.select_related("mailing").get(pk=done.pk))
        return Done(button.words % {"campaign": done}, {"state": before}, {"state": after})

    return ask(page, request, campaign, button.question, act=act, back=page_of(campaign))


def schedule(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Say what would happen, and schedule it or ask a colleague."""

    class Form(ScheduleForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["seen"].initial = campaign.edition

    def act(answers: dict[str, Any]) -> Done:
        done = schedule_campaign(
            campaign_id=campaign.pk, staff_id=staff_of(request).pk, now=timezone.now(), **answers
        )
        waits = done.state == Campaign.State.WAITING
        words = (
            _("A colleague was asked about %(campaign)s") if waits else _("Scheduled: %(campaign)s")
        )
        after = {"state": state_words(done), "members": done.counted, "readers": done.reachable}
        return Done(words % {"campaign": done}, {"state": state_words(campaign)}, after)

    question = Question(
        title=_("Schedule this campaign"),
        text=_before_scheduling(campaign),
        submit=_("Schedule"),
        form=Form,
    )
    return ask(page, request, campaign, question, act=act, back=page_of(campaign))


def copy(page: StaffPage, request: HttpRequest, campaign: Campaign) -> Campaign:
    """Begin another one with the same words."""
    made = copy_campaign(campaign_id=campaign.pk, staff_id=staff_of(request).pk, now=timezone.now())
    page.record(request, made, Done(_("Copied from %(name)s") % {"name": campaign}))
    return made


def page_of(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_change", args=[campaign.pk])


def state_words(campaign: Campaign) -> str:
    """Name the state: its own, or its mailing's once it is on its way."""
    if campaign.mailing is not None:
        return campaign.mailing.get_state_display()
    return campaign.get_state_display()


def _before_scheduling(campaign: Campaign) -> str:
    if campaign.audience is None:
        return _("Choose whom it is for.")
    conditions = campaign.audience.parsed()
    counted = headcount_in_time(conditions, topic=campaign.topic, at=timezone.now())
    if counted is None:
        return sentence(conditions)
    words = _("%(whom)s: %(members)s now, of whom %(readers)s may be mailed.") % {
        "whom": sentence(conditions),
        "members": whole(counted.members),
        "readers": whole(counted.reachable),
    }
    most = MailRules.current().second_person_above
    if counted.reachable > most:
        more = _("Above %(most)s a colleague decides, so they are asked first.")
        return f"{words} {more % {'most': whole(most)}}"
    return words
