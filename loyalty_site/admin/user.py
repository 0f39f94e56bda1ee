"""Logins: who works here, in which groups, and what to do about a lost second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.related import ManyToManyField
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from loyalty_site.actions.staff_logins import (
    Rights,
    change_rights,
    is_administrator,
    open_staff_login,
    refuse_change,
    remove_second_factor,
)
from loyalty_site.staff_groups import GROUPS, title_of
from members.admin.buttons import Question, ask, found
from members.admin.pages import StaffPage
from members.admin.requests import colleague
from members.models import User

RIGHTS = ["is_staff", "is_active", "store", "groups"]
REMOVE = Question(
    title=gettext_lazy("Remove the second factor"),
    text=gettext_lazy(
        "For a colleague who lost their phone or key. All devices are logged out, the colleague "
        "gets a mail, and sets up a new second factor at the next visit. Make sure that it is "
        "really your colleague who asks: look at a face, or call a number you know."
    ),
    submit=gettext_lazy("Remove the second factor"),
    is_final=True,
)


class WorksHere(DropdownFilter):
    """Staff unless asked otherwise; nearly all logins are members'."""

    title = gettext_lazy("who")
    parameter_name = "who"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("staff", pgettext("logins", "staff")), ("all", _("everybody with a login"))]

    def value(self) -> str:
        return super().value() or "staff"

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:  # noqa: ARG002
        return queryset if self.value() == "all" else queryset.filter(is_staff=True)


class GroupsField(ModelMultipleChoiceField):
    """The groups of the matrix, each with what it is for."""

    def label_from_instance(self, group: Group) -> str:
        return format_html("<b>{}</b>: {}", title_of(group.name), GROUPS[group.name].purpose)


@admin.register(User)
class UserPage(StaffPage):
    """A login; nobody gets a password here, everybody logs in by code and a second factor."""

    list_display = ["email", "name", "works_here", "work", "store", "is_active", "last_login"]
    list_filter = [WorksHere]
    search_fields = ["email"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    ordering = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "name", "language"]}),
        (gettext_lazy("Works here"), {"fields": ["is_staff", "is_active", "store", "groups"]}),
        (gettext_lazy("Seen"), {"fields": ["last_login", "date_joined", "second_factor"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "language"]}),
        (gettext_lazy("Works here"), {"fields": ["is_staff", "store", "groups"]}),
    ]
    actions_detail = ["lost_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        return rows.prefetch_related("groups").annotate(has_factor=Exists(factors))

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[User],
        search_term: str,
    ) -> tuple[QuerySet[User], bool]:
        beginning = search_term.strip().lower()
        return (queryset.filter(email__startswith=beginning) if beginning else queryset), False

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name != "groups":
            field: ModelMultipleChoiceField | None = super().formfield_for_manytomany(
                db_field, request, **kwargs
            )
            return field
        return GroupsField(
            queryset=Group.objects.filter(name__in=GROUPS).order_by("pk"),
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            label=_("Groups"),
            required=False,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Rights are given by administrators, and never to oneself; addresses by their owners."""
        fixed = ["last_login", "date_joined", "second_factor", "work"]
        if obj is not None:
            fixed.append("email")
        own = obj == request.user
        if own or not self.has_change_permission(request, obj) or not _is_administrator(request):
            fixed += RIGHTS
        return fixed

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        return {"is_staff": True}

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """Name the groups where they can't be changed; a list of boxes is for who may."""
        shown = self.add_fieldsets if obj is None else self.fieldsets
        if "groups" not in self.get_readonly_fields(request, obj):
            return shown
        return [
            (
                title,
                {"fields": ["work" if name == "groups" else name for name in facts["fields"]]},
            )
            for title, facts in shown
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def refuse(self, request: HttpRequest, form: ModelForm[User]) -> None:
        if form.instance.pk is not None and "groups" in form.fields:
            refuse_change(
                user_id=form.instance.pk,
                by_id=colleague(request).pk,
                rights=asked(form.cleaned_data),
            )

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,  # noqa: FBT001
    ) -> None:
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name not in RIGHTS])
            if "groups" in form.fields:
                rights = asked(form.cleaned_data)
                change_rights(user_id=obj.pk, by_id=colleague(request).pk, rights=rights)
            return
        opened = open_staff_login(
            by_id=colleague(request).pk,
            email=obj.email,
            name=obj.name,
            language=obj.language,
            rights=asked(form.cleaned_data),
            now=timezone.now(),
        )
        obj.pk, obj.email = opened.pk, opened.email
        obj._state.adding = False

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        user = self.get_object(request, str(object_id))
        if user is None or user == request.user or not getattr(user, "has_factor", False):
            return []
        if not self.has_change_permission(request, user):
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("works here"), boolean=True, ordering="is_staff")
    def works_here(self, user: User) -> bool:
        return user.is_staff

    @display(description=pgettext_lazy("of a colleague", "groups"))
    def work(self, user: User) -> str:
        titles = [title_of(group.name) for group in user.groups.all()]
        if user.is_superuser:
            titles.append(_("superuser"))
        return ", ".join(titles) or "–"

    @display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_factor", False))

    @action(
        description=gettext_lazy("Remove second factor"),
        url_path="lost-factor",
        permissions=["members.change_user"],
        icon="phonelink_erase",
    )
    def lost_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = found(self, User, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            remove_second_factor(user_id=user.pk, by_id=colleague(request).pk, now=timezone.now())
            return _("Second factor removed")

        back = reverse("admin:members_user_change", args=[user.pk])
        return ask(self, request, user, REMOVE, act=act, back=back)


def _is_administrator(request: HttpRequest) -> bool:
    """Ask once in a request; a page asks often."""
    known = vars(request)
    if "is_administrator" not in known:
        known["is_administrator"] = is_administrator(user=colleague(request))
    return bool(known["is_administrator"])


def asked(answers: dict[str, Any]) -> Rights:
    """Read the rights that a form asks for."""
    return Rights(
        may_log_in=answers.get("is_active", True),
        works_here=answers["is_staff"],
        store=answers["store"].strip(),
        groups=frozenset(group.name for group in answers["groups"]),
    )
