"""Addresses that get no mail: found, entered and let go again."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminEmailInputWidget

from mailroom.actions.suppression import enter_suppression, lift_suppression
from mailroom.admin.dates import short_day
from mailroom.models import Suppression
from members.admin.buttons import Question, ReasonForm, ask, found, question_page
from members.admin.pages import StaffPage
from members.admin.traces import Done
from members.models import StaffAct, User
from members.refusals import Refusal

COLORS = {"held": "danger", "lifted": "success"}


class AddressForm(ReasonForm):
    """Which address, and why."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "reason"]


ENTER = Question(
    title=gettext_lazy("Hold mail to an address back"),
    text=gettext_lazy(
        "Nothing goes there any more, the codes to log in with excepted: for an address that is "
        "somebody else's, or that a person asked us never to use."
    ),
    submit=gettext_lazy("Hold mail back"),
    form=AddressForm,
)
LIFT = Question(
    title=gettext_lazy("Let mail go to this address again"),
    text=gettext_lazy(
        "Do this when the reader says that the address works. If it comes back once more, it is "
        "held again by itself. A no to news and offers stays a no."
    ),
    submit=gettext_lazy("Let mail go"),
)


class InForce(DropdownFilter):
    """Those that hold now, or those that were lifted."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("held", _("held back")), ("lifted", _("let go again"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if self.value() not in COLORS:
            return queryset
        return queryset.filter(lifted_at__isnull=self.value() == "held")


@admin.register(Suppression)
class SuppressionPage(StaffPage):
    """What came back, what was complained of, and what staff entered."""

    list_display = ["email", "cause", "state", "day", "detail"]
    list_filter = [InForce, ("cause", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["email"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    nothing_yet = gettext_lazy("Mail has come back from nowhere yet.")
    ordering = ["-id"]
    fieldsets = [
        (
            None,
            {"fields": [("email", "cause"), ("since", "detail"), ("lifted_at", "lifted_why")]},
        ),
    ]
    actions_detail = ["lift"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def record(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Model,
        done: Done | str,  # noqa: ARG002
        reason: str = "",  # noqa: ARG002
    ) -> StaffAct:
        """Its actions leave the row themselves, with the member whose address it is."""
        return StaffAct.objects.on(obj).latest("id")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Suppression],
        search_term: str,
    ) -> tuple[QuerySet[Suppression], bool]:
        beginning = search_term.strip().lower()
        return (queryset.filter(email__startswith=beginning) if beginning else queryset), False

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AddressForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                held = enter_suppression(
                    email=form.cleaned_data["email"],
                    reason=form.cleaned_data["reason"],
                    staff_id=cast("User", request.user).pk,
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error("email", str(refusal))
            else:
                messages.success(request, _("No more mail to %(email)s") % {"email": held.email})
                return redirect("admin:mailroom_suppression_changelist")
        back = reverse("admin:mailroom_suppression_changelist")
        return question_page(self, request, ENTER, form, back=back)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        held = self.get_object(request, str(object_id))
        if held is None or held.lifted_at is not None:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("state"), label=COLORS)
    def state(self, held: Suppression) -> tuple[str, str]:
        if held.lifted_at is None:
            return "held", _("held back")
        return "lifted", _("let go again")

    @display(description=gettext_lazy("since"))
    def day(self, held: Suppression) -> str:
        return short_day(held.since)

    @action(
        description=gettext_lazy("Let mail go again"),
        url_path="lift",
        permissions=["mailroom.lift_suppression"],
        icon="mark_email_read",
        variant=ActionVariant.PRIMARY,
    )
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        held = found(self, Suppression, request, object_id)
        back = reverse("admin:mailroom_suppression_change", args=[held.pk])

        def act(answers: dict[str, Any]) -> str:
            lift_suppression(
                suppression_id=held.pk,
                staff_id=cast("User", request.user).pk,
                reason=answers["reason"],
                now=timezone.now(),
            )
            return _("Mail goes to %(email)s again") % {"email": held.email}

        return ask(self, request, held, LIFT, act=act, back=back)
