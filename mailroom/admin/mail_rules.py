"""The rules for mailings: how much members get at most, when, and what takes two to decide."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from mailroom.actions.mail_rules import rules_in_words, set_mail_rules
from mailroom.models import MailRules
from members.admin.one_row import OneRowPage
from members.refusals import Refusal

MOST = 1_000_000


class ClockBox(UnfoldAdminTextInputWidget):
    """The browser's own clock."""

    input_type = "time"


class MailRulesForm(forms.Form):
    """How much, when, and from how many readers on a colleague decides too."""

    cap_letters = forms.IntegerField(
        label=gettext_lazy("Mailings a member gets at most"),
        min_value=1,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    cap_days = forms.IntegerField(
        label=gettext_lazy("in so many days"),
        min_value=1,
        max_value=365,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy(
            "With 2 in 7 days, who got mailings on Monday and Wednesday is skipped until Monday. "
            "Letters about somebody's own membership do not count."
        ),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("No mailings from"), widget=ClockBox)
    quiet_until = forms.TimeField(
        label=gettext_lazy("until"),
        widget=ClockBox,
        help_text=gettext_lazy(
            "A new campaign begins with these hours. With 21:00 until 8:00, what is left over at "
            "nine in the evening leaves at eight in the morning."
        ),
    )
    second_person_above = forms.IntegerField(
        label=gettext_lazy("A second person above so many readers"),
        min_value=0,
        max_value=MOST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy(
            "With 500, a campaign that 501 members may get leaves only after a colleague has read "
            "and approved it. With 0 every campaign takes two."
        ),
    )
    shown = forms.CharField(widget=forms.HiddenInput, max_length=80)


@admin.register(MailRules)
class MailRulesPage(OneRowPage):
    """How much, when, and what takes two."""

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        form = MailRulesForm(request.POST or None, initial=_shown(MailRules.current()))
        return self.rules_page(
            request,
            form,
            _saved,
            title=_("Rules for mailings"),
            text=_("They hold for every mailing, whoever sends it, from the moment you save."),
        )


def _shown(rules: MailRules) -> dict[str, Any]:
    return {
        "cap_letters": rules.cap_letters,
        "cap_days": rules.cap_days,
        "quiet_from": rules.quiet_from.strftime("%H:%M"),
        "quiet_until": rules.quiet_until.strftime("%H:%M"),
        "second_person_above": rules.second_person_above,
        "shown": rules_in_words(rules=rules),
    }


def _saved(request: HttpRequest, form: MailRulesForm) -> bool:
    """Save; False if it was refused."""
    try:
        set_mail_rules(**form.cleaned_data, staff_id=int(request.user.pk or 0), now=timezone.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Saved: this holds from now on."))
    return True
