"""A campaign as a form: what it says in each language, to whom, when, and what readers get."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.actions.drafts import Draft
from campaigns.models import Audience, Campaign
from campaigns.models.campaign import LANGUAGES, MOST_BONUS
from campaigns.reports.message import faults_of
from mailroom.models import MailRules
from members.models import Consent

SOON, LATER = "soon", "later"
PARTS = ("subject", "preheader", "body", "button", "address")
MOST_PACE = 1_000_000
LIMITS = {"subject": 120, "preheader": 160, "body": 20_000, "button": 60, "address": 500}


class ClockBox(UnfoldAdminTextInputWidget):
    """The browser's own clock."""

    input_type = "time"


class CampaignForm(forms.Form):
    """Everything about a campaign; a draft may still miss its words and its audience."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "For colleagues. Only who gets bonus points for it reads it as well, in their book."
        ),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        choices=Consent.Topic.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Only members who said yes to mail about this get it."),
    )
    audience = forms.ModelChoiceField(
        label=gettext_lazy("Whom it is for"),
        queryset=Audience.objects.none(),
        required=False,
        empty_label=gettext_lazy("Choose later"),
        widget=UnfoldAdminSelectWidget,
    )
    leaves = forms.ChoiceField(
        label=gettext_lazy("When it leaves"),
        choices=[
            (SOON, gettext_lazy("as soon as it is scheduled")),
            (LATER, gettext_lazy("on a moment you choose")),
        ],
        initial=SOON,
        widget=UnfoldAdminRadioSelectWidget,
    )
    send_at = forms.SplitDateTimeField(
        label=gettext_lazy("Moment"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Nothing leaves from"), required=False, widget=ClockBox
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("until"),
        required=False,
        widget=ClockBox,
        help_text=gettext_lazy("What is left over waits until then. Empty both for any hour."),
    )
    pace = forms.IntegerField(
        label=gettext_lazy("Mails a minute at most"),
        min_value=1,
        max_value=MOST_PACE,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy(
            "Empty is as fast as it goes. With 100, a mailing to 6,000 members takes an hour: "
            "useful if they all come to one shop or ring one phone."
        ),
    )
    bonus_points = forms.IntegerField(
        label=gettext_lazy("Bonus points"),
        min_value=0,
        max_value=MOST_BONUS,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy(
            "For every member it was really sent to, once. Their book says: for reading our mail."
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast("forms.ModelChoiceField[Audience]", self.fields["audience"])
        usable = Audience.objects.in_use()
        if campaign is not None and campaign.audience_id is not None:
            usable = usable | Audience.objects.filter(pk=campaign.audience_id)
        chosen.queryset = usable.order_by("name")
        for language in LANGUAGES:
            self.fields.update(_word_fields(language))

    @property
    def words(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields of each language: its code, its name, and they themselves."""
        names = {"nl": _("In Dutch"), "en": _("In English")}
        return [
            (language, names[language], [self[f"{part}_{language}"] for part in PARTS])
            for language in LANGUAGES
        ]

    @property
    def who(self) -> Sequence[forms.BoundField]:
        return [self[name] for name in ("name", "topic", "audience")]

    @property
    def quiet(self) -> Sequence[forms.BoundField]:
        return [self[name] for name in ("quiet_from", "quiet_until", "pace")]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        later = answers.get("leaves") == LATER
        if later and not answers.get("send_at") and "send_at" not in self.errors:
            self.add_error("send_at", _("Choose a day and a time."))
        if later and answers.get("send_at") and answers["send_at"] <= timezone.now():
            self.add_error("send_at", _("This moment has passed; choose one to come."))
        if (answers.get("quiet_from") is None) != (answers.get("quiet_until") is None):
            self.add_error("quiet_until", _("Write both times, or neither."))
        self._judge_words()
        return answers

    def _judge_words(self) -> None:
        """Say what is wrong with what was written; what is not written yet may wait."""
        for fault in faults_of(self.content()):
            name = f"{fault.field}_{fault.language}"
            if self.cleaned_data.get(name) or fault.field in ("button", "address"):
                self.add_error(name, fault.words)

    def content(self) -> dict[str, dict[str, str]]:
        return {
            language: {part: self.cleaned_data.get(f"{part}_{language}", "") for part in PARTS}
            for language in LANGUAGES
        }

    def draft(self) -> Draft:
        """Return the answers as the actions take them."""
        answers = self.cleaned_data
        audience = answers["audience"]
        later = answers["leaves"] == LATER
        return Draft(
            name=answers["name"],
            topic=answers["topic"],
            audience_id=None if audience is None else audience.pk,
            content=self.content(),
            send_at=answers["send_at"] if later else None,
            quiet_from=answers["quiet_from"],
            quiet_until=answers["quiet_until"],
            pace=answers["pace"],
            bonus_points=answers["bonus_points"] or 0,
        )


def first_answers(campaign: Campaign | None) -> dict[str, Any]:
    """Return a campaign as the form's first values; a new one begins with the rules for mail."""
    if campaign is None:
        rules = MailRules.current()
        quiet = {"quiet_from": rules.quiet_from, "quiet_until": rules.quiet_until}
        return {"seen": 0, "topic": Consent.Topic.NEWS, **quiet}
    words = {
        f"{part}_{language}": campaign.content.get(language, {}).get(part, "")
        for language in LANGUAGES
        for part in PARTS
    }
    return {
        "name": campaign.name,
        "topic": campaign.topic,
        "audience": campaign.audience_id,
        "leaves": SOON if campaign.send_at is None else LATER,
        "send_at": _local(campaign.send_at),
        "quiet_from": campaign.quiet_from,
        "quiet_until": campaign.quiet_until,
        "pace": campaign.pace,
        "bonus_points": campaign.bonus_points or None,
        "seen": campaign.edition,
        **words,
    }


def _local(at: datetime | None) -> datetime | None:
    return None if at is None else timezone.localtime(at)


def _word_fields(language: str) -> dict[str, forms.Field]:
    line = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "lang": language})
    body = UnfoldAdminTextareaWidget(attrs={"rows": 10, "lang": language})
    told: list[tuple[str, str, str, forms.Widget]] = [
        ("subject", _("Subject"), "", line),
        ("preheader", _("First line in the inbox"), "", line),
        (
            "body",
            _("Message"),
            _("**bold**, [words](https://…), lines that begin with -. {first_name} is filled in."),
            body,
        ),
        ("button", _("Words on the button"), "", line),
        ("address", _("Where the button leads"), "", line),
    ]
    return {
        f"{part}_{language}": forms.CharField(
            label=label,
            required=False,
            max_length=LIMITS[part],
            widget=widget,
            help_text=help_text,
        )
        for part, label, help_text, widget in told
    }
