"""Groups of staff, to be read: who is in them and what they may do stands in the code."""

from allauth.account import admin as account_admin  # noqa: F401 - registers what goes below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display

from loyalty_site.staff_groups import GROUPS, title_of
from members.admin.pages import ReadOnlyPage

VERBS = {
    "view": pgettext_lazy("what staff may do with rows", "see"),
    "add": pgettext_lazy("what staff may do with rows", "add"),
    "change": pgettext_lazy("what staff may do with rows", "change"),
}

# An authenticator's page would show the secret behind somebody's second factor.
admin.site.unregister([EmailAddress, Authenticator, UserSession, Group])


@admin.register(Group)
class GroupPage(ReadOnlyPage):
    """What a group is for, and what it may do."""

    list_display = ["title", "purpose", "colleagues"]
    list_display_links = ["title"]
    ordering = ["id"]
    fields = ["title", "purpose", "people", "permitted"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows: QuerySet[Group] = super().get_queryset(request)
        working = Q(user__is_staff=True, user__is_active=True)
        return rows.annotate(working=Count("user", filter=working))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Group | None:
        """Call the group, on its page, what people call it."""
        group: Group | None = super().get_object(request, object_id, from_field)
        if group is not None:
            vars(group)["key"] = group.name
            group.name = title_of(group.name)
        return group

    @display(description=_("group"))
    def title(self, group: Group) -> str:
        return title_of(group.name)

    @display(description=_("what it is for"))
    def purpose(self, group: Group) -> str:
        known = GROUPS.get(key_of(group))
        return str(known.purpose) if known else "–"

    @display(description=_("colleagues"))
    def colleagues(self, group: Group) -> int:
        count: int = getattr(group, "working", 0)
        return count

    @display(description=_("colleagues"))
    def people(self, group: Group) -> str:
        working = group.user_set.filter(is_staff=True, is_active=True).order_by("name", "email")
        return ", ".join(user.get_full_name() for user in working) or "–"

    @display(description=pgettext_lazy("what a group may do", "may"))
    def permitted(self, group: Group) -> str:
        """Say it about each kind of row: what may be seen, added, changed or done."""
        about: dict[str, list[str]] = {}
        # The verbs of Django were made first: what may be seen stands before what may be done.
        for permission in group.permissions.select_related("content_type").order_by("pk"):
            model = permission.content_type.model_class()
            if model is not None:
                kind = str(capfirst(model._meta.verbose_name_plural))
                about.setdefault(kind, []).append(in_words(model, permission))
        lines = ((kind, "; ".join(words)) for kind, words in sorted(about.items()))
        return format_html(
            '<ul class="staff-may">{}</ul>', format_html_join("", "<li><b>{}</b>: {}</li>", lines)
        )


def in_words(model: type[Model], permission: Permission) -> str:
    """Name a permission in the reader's language."""
    own = dict(model._meta.permissions)
    if permission.codename in own:
        return str(own[permission.codename])
    verb = permission.codename.split("_", 1)[0]
    return str(VERBS.get(verb, verb))


def key_of(group: Group) -> str:
    """The stable name of a group, whatever it is called on its page."""
    key: str = getattr(group, "key", group.name)
    return key
