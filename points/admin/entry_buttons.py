"""What staff may do with a line of the ledger: undo what was adjusted today."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action

from members.admin.buttons import Question, ask, found
from members.admin.reader import staff_of
from members.admin.traces import Done
from points.actions.staff_adjustment import ADJUST, can_be_undone, undo_adjustment
from points.models import Entry
from points.reports.wording import points_text, signed

UNDO = Question(
    title=gettext_lazy("Undo this adjustment"),
    text=gettext_lazy(
        "The same points go the other way, as a line of their own; both stay in the member's "
        "book. The rules are those of any adjustment: above your limit a second person decides."
    ),
    submit=gettext_lazy("Undo it"),
)


class EntryButtons(ModelAdmin):
    """The button of a line that staff adjusted today."""

    actions_detail = ["undo"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        entry = self.get_object(request, str(object_id))
        if entry is None or not can_be_undone(entry=entry, now=timezone.now()):
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @action(description=gettext_lazy("Undo"), url_path="undo", permissions=[ADJUST], icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        entry = found(self, Entry, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            asked = undo_adjustment(
                staff_id=staff_of(request).pk,
                entry_id=entry.pk,
                note=answers["reason"],
                now=timezone.now(),
            )
            facts = {"points": points_text(entry.points)}
            if asked is not None:
                return Done(
                    _("A second person was asked to undo %(points)s; nothing has changed yet")
                    % facts
                )
            return Done(
                _("Adjustment of %(points)s undone") % facts,
                {"points": signed(entry.points)},
                {"points": signed(-entry.points)},
            )

        return ask(self, request, entry, UNDO, act=act, back=_back(request, entry))


def _back(request: HttpRequest, entry: Entry) -> str:
    if request.user.has_perm("members.view_member"):
        return reverse("admin:members_member_change", args=[entry.member_id])
    return reverse("admin:points_entry_change", args=[entry.pk])
