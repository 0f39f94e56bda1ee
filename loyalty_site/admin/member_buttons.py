"""What staff may do for a member: one button, one question, one action."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from loyalty_site.admin.as_member import AsMemberButtons
from loyalty_site.admin.member_points import PointsButtons
from members.actions.cards import issue_card
from members.actions.entitlement import is_own_account
from members.actions.membership import close_membership, freeze_membership, thaw_membership
from members.admin.buttons import Act, Question, ask, found
from members.admin.mail_buttons import MailButtons
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Member

NEW_CARD = Question(
    title=gettext_lazy("Issue one more card"),
    text=gettext_lazy("For a partner or a key ring; all cards earn for the same member."),
    submit=gettext_lazy("Issue a card"),
)
FREEZE = Question(
    title=gettext_lazy("Freeze this membership"),
    text=gettext_lazy("The member goes on earning and cannot spend until you thaw it."),
    submit=gettext_lazy("Freeze"),
)
THAW = Question(
    title=gettext_lazy("Thaw this membership"),
    text=gettext_lazy("The member can spend points again."),
    submit=gettext_lazy("Thaw"),
)
CLOSE = Question(
    title=gettext_lazy("Close this membership"),
    text=gettext_lazy(
        "No more purchases are taken in and no points can be spent. What happened stays on record."
    ),
    submit=gettext_lazy("Close the membership"),
    is_final=True,
)
BUTTONS_OF = {
    Member.Status.ACTIVE: ["adjust", "purchase", "new_card", "freeze", "close", "as_member"],
    Member.Status.FROZEN: ["adjust", "purchase", "new_card", "thaw", "close", "as_member"],
    Member.Status.CLOSED: ["adjust", "as_member"],
}
NOT_ONES_OWN = ["adjust", "purchase"]


class MemberButtons(PointsButtons, AsMemberButtons, MailButtons):
    """The buttons of a member's page."""

    actions_detail = [
        "adjust",
        "purchase",
        "new_card",
        "as_member",
        "as_member_points",
        # These two stand where the page shows what a member said about mail.
        "wants_mail",
        "wants_no_mail",
        "freeze",
        "thaw",
        "close",
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer what fits the membership; nobody gives themselves points."""
        reader = staff_of(request)
        member = self.get_object(request, str(object_id))
        if member is None:
            return []
        fitting = set(BUTTONS_OF[Member.Status(member.status)])
        if is_own_account(staff=reader, member=member):
            fitting -= set(NOT_ONES_OWN)
        if reader.store:
            fitting.discard("as_member")
        return [
            button
            for button in super().get_actions_detail(request, object_id)
            if button.method.original_function_name in fitting
        ]

    @action(
        description=gettext_lazy("One more card"),
        url_path="new-card",
        permissions=["members.add_card"],
        icon="add_card",
    )
    def new_card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            card = issue_card(member_id=member.pk, now=timezone.now())
            return Done(
                _("Card %(number)s was issued") % {"number": card}, after={"card": card.number}
            )

        return self._ask(request, member, NEW_CARD, act)

    @action(
        description=gettext_lazy("Freeze"),
        url_path="freeze",
        permissions=["members.freeze_member"],
        icon="ac_unit",
        variant=ActionVariant.WARNING,
    )
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            after = freeze_membership(member_id=member.pk)
            return _standing(_("Membership frozen"), member, after)

        return self._ask(request, member, FREEZE, act)

    @action(
        description=gettext_lazy("Thaw"),
        url_path="thaw",
        permissions=["members.freeze_member"],
        icon="sunny",
    )
    def thaw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            after = thaw_membership(member_id=member.pk)
            return _standing(_("Membership thawed"), member, after)

        return self._ask(request, member, THAW, act)

    @action(
        description=gettext_lazy("Close the membership"),
        url_path="close",
        permissions=["members.close_member"],
        icon="person_off",
        variant=ActionVariant.DANGER,
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            after = close_membership(
                member_id=member.pk, now=timezone.now(), words=answers["reason"]
            )
            return _standing(_("Membership closed"), member, after)

        return self._ask(request, member, CLOSE, act)

    def _ask(
        self, request: HttpRequest, member: Member, question: Question, act: Act
    ) -> HttpResponse:
        return ask(self, request, member, question, act=act, back=self.back(request, member))


def _standing(words: str, before: Member, after: Member) -> Done:
    return Done(words, {"status": before.status}, {"status": after.status})
