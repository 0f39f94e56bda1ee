"""Letters: what was written to whom, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from mailroom.actions.sending import send_again
from mailroom.admin.dates import short_moment
from mailroom.admin.letters_we_send import letter_we_send, letters_we_send
from mailroom.models import Letter
from members.admin.buttons import Question, ask, found
from members.admin.pages import ReadOnlyPage

COLORS = {
    Letter.State.WAITING: "info",
    Letter.State.SENDING: "info",
    Letter.State.SENT: "success",
    Letter.State.FAILED: "danger",
    Letter.State.UNKNOWN: "warning",
}
AGAIN = Question(
    title=gettext_lazy("Send this letter again"),
    text=gettext_lazy(
        "It goes out within a minute, to the same address. If the first one did arrive after "
        "all, the reader gets it twice."
    ),
    submit=gettext_lazy("Send again"),
)


@admin.register(Letter)
class LetterPage(ReadOnlyPage):
    """Read, and sent again where it got stuck; never written or changed here."""

    list_display = ["subject", "to", "state_label", "posted", "sent", "fault"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["to"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    ordering = ["-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("subject", "state"),
                    ("to", "language"),
                    ("posted_at", "sent_at"),
                    ("attempts", "try_at"),
                    "fault",
                    "letter",
                ]
            },
        ),
    ]
    readonly_fields = ["letter"]
    actions_detail = ["again"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("kinds/", view(letters_we_send), name="mailroom_kinds"),
            path("kinds/<path:source>/", view(letter_we_send), name="mailroom_kind"),
            *super().get_urls(),
        ]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Letter],
        search_term: str,
    ) -> tuple[QuerySet[Letter], bool]:
        beginning = search_term.strip().lower()
        return (queryset.filter(to__startswith=beginning) if beginning else queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        letter = self.get_object(request, str(object_id))
        if letter is None or not letter.is_stuck:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, letter: Letter) -> tuple[str, str]:
        return letter.state, letter.get_state_display()

    @display(description=gettext_lazy("posted at"))
    def posted(self, letter: Letter) -> str:
        return short_moment(letter.posted_at)

    @display(description=gettext_lazy("sent at"))
    def sent(self, letter: Letter) -> str:
        return short_moment(letter.sent_at)

    @display(description=gettext_lazy("text"))
    def letter(self, letter: Letter) -> str:
        return format_html('<pre class="staff-letter">{}</pre>', letter.text)

    @action(
        description=gettext_lazy("Send again"),
        url_path="send-again",
        permissions=["mailroom.change_letter"],
        icon="forward_to_inbox",
        variant=ActionVariant.PRIMARY,
    )
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        letter = found(self, Letter, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            send_again(letter_id=letter.pk, now=timezone.now())
            return _("The letter to %(address)s is sent again") % {"address": letter.to}

        back = reverse("admin:mailroom_letter_change", args=[letter.pk])
        return ask(self, request, letter, AGAIN, act=act, back=back)
