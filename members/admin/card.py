"""Cards: found by number, blocked and replaced by button."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.actions.cards import block_card, replace_card
from members.admin.buttons import Question, ask, found
from members.admin.pages import ReadOnlyPage
from members.admin.traces import Done, kept
from members.models import Card

BLOCK = Question(
    title=gettext_lazy("Block this card"),
    text=gettext_lazy(
        "The tills refuse the card from now on. The member keeps points and other cards."
    ),
    submit=gettext_lazy("Block the card"),
    is_final=True,
)
REPLACE = Question(
    title=gettext_lazy("Replace this card"),
    text=gettext_lazy("The old number is blocked and the member gets a new card at once."),
    submit=gettext_lazy("Replace the card"),
    is_final=True,
)


class State(DropdownFilter):
    """Cards that work, and cards that were blocked."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("works", _("works")), ("blocked", _("blocked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Card]) -> QuerySet[Card]:  # noqa: ARG002
        if self.value() not in {"works", "blocked"}:
            return queryset
        return queryset.filter(blocked_at__isnull=self.value() == "works")


@admin.register(Card)
class CardPage(ReadOnlyPage):
    """Every number ever handed out."""

    list_display = ["number", "holder", "works", "issued_at"]
    list_select_related = ["member"]
    list_filter = [State]
    search_fields = ["number"]
    search_help_text = gettext_lazy("The first digits of a card number")
    ordering = ["-id"]
    fields = ["number", "holder", "issued_at", "blocked_at", "block_reason"]
    readonly_fields = ["holder"]
    actions_detail = ["block", "replace"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Card],
        search_term: str,
    ) -> tuple[QuerySet[Card], bool]:
        digits = "".join(search_term.split())
        return (queryset.filter(number__startswith=digits) if digits else queryset), False

    def has_view_permission(self, request: HttpRequest, obj: Card | None = None) -> bool:  # noqa: ARG002
        """Who may block a card at the counter may not for that leaf through who has one."""
        allowed: bool = request.user.has_perm("members.view_card")
        return allowed

    @display(description=gettext_lazy("member"))
    def holder(self, card: Card) -> str:
        return str(card.member)

    @display(description=gettext_lazy("state"), label={True: "success", False: "danger"})
    def works(self, card: Card) -> tuple[bool, str]:
        return card.is_active, _("works") if card.is_active else _("blocked")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        card = self.get_object(request, str(object_id))
        if card is None or not card.is_active:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @action(
        description=gettext_lazy("Replace"),
        url_path="replace",
        permissions=["members.change_card"],
        icon="autorenew",
    )
    def replace(self, request: HttpRequest, object_id: str) -> HttpResponse:
        card = found(self, Card, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            new = replace_card(card_id=card.pk, reason=answers["reason"], now=timezone.now())
            words = _("Card %(old)s was replaced by %(new)s") % {"old": card, "new": new}
            return Done(words, {"card": card.number}, {"card": new.number})

        return ask(self, request, card, REPLACE, act=act, back=_holders_page(request, card))

    @action(
        description=gettext_lazy("Block"),
        url_path="block",
        permissions=["members.change_card"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def block(self, request: HttpRequest, object_id: str) -> HttpResponse:
        card = found(self, Card, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            blocked = block_card(card_id=card.pk, reason=answers["reason"], now=timezone.now())
            words = _("Card %(number)s was blocked") % {"number": card}
            return Done(words, {"blocked_at": None}, {"blocked_at": kept(blocked.blocked_at)})

        return ask(self, request, card, BLOCK, act=act, back=_holders_page(request, card))


def _holders_page(request: HttpRequest, card: Card) -> str:
    """Lead back to the holder, whose page sends the counter on to its own."""
    may = request.user.has_perm
    if may("members.view_member") or may("members.look_up_member"):
        return reverse("admin:members_member_change", args=[card.member_id])
    return reverse("admin:index")
