"""Who may join, who waits for it, and who left: one form and two lists."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminRadioSelectWidget

from members.actions.joining_rules import CapacityNeeded, CapacityTaken, set_joining_rules
from members.actions.waiting_list import admit_waiting
from members.admin.one_row import OneRowPage
from members.admin.pages import ReadOnlyPage
from members.models import Application, Departure, JoiningRules, Member
from members.refusals import Refusal

LET_IN_AT_ONCE = 100
"""The job lets in the rest within minutes."""
MOST = 100_000_000


class JoiningForm(forms.Form):
    """Who may come in, and how many."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Who may join"),
        choices=JoiningRules.Mode,
        widget=UnfoldAdminRadioSelectWidget,
        help_text=gettext_lazy("Whom you enroll, import or invite is in, whatever you choose."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Room for how many members"),
        required=False,
        min_value=1,
        max_value=MOST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy(
            "For the waiting list. With room for 500, the 501st person who joins stands first "
            "in line, and comes in once somebody leaves or you make more room."
        ),
    )
    minimum_age = forms.IntegerField(
        label=gettext_lazy("Minimum age"),
        min_value=0,
        max_value=99,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("With 0 nobody is asked for a birthday."),
    )
    invitation_days = forms.IntegerField(
        label=gettext_lazy("An invitation holds, in days"),
        min_value=1,
        max_value=365,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Counts for the invitations that you send from now on."),
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


@admin.register(JoiningRules)
class JoiningPage(OneRowPage):
    """Who may join, and how many."""

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        form = JoiningForm(request.POST or None, initial=_shown(JoiningRules.current()))
        return self.rules_page(request, form, _saved, title=_("Joining"), text=_state())


def _shown(rules: JoiningRules) -> dict[str, Any]:
    return {
        "mode": rules.mode,
        "capacity": rules.capacity,
        "minimum_age": rules.minimum_age,
        "invitation_days": rules.invitation_days,
        "shown": rules.fingerprint,
    }


def _saved(request: HttpRequest, form: JoiningForm) -> bool:
    """Save, and let people in where there is room now; False if it was refused."""
    now = timezone.now()
    try:
        set_joining_rules(**form.cleaned_data, staff_id=int(request.user.pk or 0), now=now)
    except (CapacityNeeded, CapacityTaken) as refusal:
        form.add_error("capacity", str(refusal))
        return False
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Saved: this holds from now on."))
    let_in = admit_waiting(now=now, most=LET_IN_AT_ONCE)
    if let_in:
        words = ngettext("%(count)d person was let in", "%(count)d people were let in", let_in)
        messages.success(request, words % {"count": let_in})
    return True


def _state() -> str:
    inside = Member.objects.taking_part().count()
    waiting = Application.objects.waiting().count()
    return " ".join(
        [
            ngettext("%(count)d member takes part.", "%(count)d members take part.", inside)
            % {"count": inside},
            ngettext("%(count)d person waits in line.", "%(count)d people wait in line.", waiting)
            % {"count": waiting},
        ]
    )


class InLine(admin.SimpleListFilter):
    """Who waits, unless asked otherwise."""

    title = gettext_lazy("where they stand")
    parameter_name = "stands"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002
        model_admin: Any,  # noqa: ANN401, ARG002
    ) -> list[tuple[str, str]]:
        return [("waiting", _("in line")), ("in", _("let in")), ("all", _("everybody"))]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Application],
    ) -> QuerySet[Application]:
        match self.value():
            case "all":
                return queryset
            case "in":
                return queryset.filter(queued_at__isnull=False, admitted_at__isnull=False)
            case _:
                return queryset.filter(queued_at__isnull=False, admitted_at__isnull=True)


@admin.register(Application)
class WaitingListPage(ReadOnlyPage):
    """Who waits in line, first come first."""

    list_display = ["who", "name", "in_line_since", "let_in"]
    list_select_related = ["user"]
    list_filter = [InLine]
    search_fields = ["user__email"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    ordering = ["queued_at", "id"]
    fields = ["who", "name", "applied_at", "in_line_since", "let_in"]
    readonly_fields = ["who", "name", "in_line_since", "let_in"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Application],
        search_term: str,
    ) -> tuple[QuerySet[Application], bool]:
        beginning = search_term.strip().lower().replace("\x00", "")
        return (
            queryset.filter(user__email__startswith=beginning) if beginning else queryset
        ), False

    @display(description=gettext_lazy("e-mail address"))
    def who(self, application: Application) -> str:
        return application.user.email

    @display(description=gettext_lazy("name"))
    def name(self, application: Application) -> str:
        return application.user.name or "–"

    @display(description=gettext_lazy("in line since"))
    def in_line_since(self, application: Application) -> str:
        return _moment(application.queued_at)

    @display(description=gettext_lazy("let in"))
    def let_in(self, application: Application) -> str:
        return _moment(application.admitted_at)


@admin.register(Departure)
class DeparturePage(ReadOnlyPage):
    """Who left, and why, in their own words."""

    list_display = ["who", "reason", "words", "points_left", "left_on"]
    list_select_related = ["member"]
    list_filter = [("reason", ChoicesDropdownFilter)]
    list_filter_submit = True
    ordering = ["-id"]
    fields = ["who", "reason", "words", "points_left", "left_on"]
    readonly_fields = ["who", "points_left", "left_on"]

    @display(description=gettext_lazy("member"))
    def who(self, departure: Departure) -> str:
        return format_html(
            '<a class="staff-link" href="{}">{}</a>',
            reverse("admin:members_member_change", args=[departure.member_id]),
            departure.member,
        )

    @display(description=gettext_lazy("points left"))
    def points_left(self, departure: Departure) -> str:
        return (
            "–"
            if departure.balance is None
            else number_format(departure.balance, force_grouping=True)
        )

    @display(description=gettext_lazy("left at"))
    def left_on(self, departure: Departure) -> str:
        return _moment(departure.left_at)


def _moment(at: Any) -> str:  # noqa: ANN401
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"
