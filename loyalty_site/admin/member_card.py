"""A member's page: what each room shows of a member, laid out as a card."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from mailroom.admin.member_panel import held_back
from mailroom.models import Letter
from members.actions.entitlement import is_own_account
from members.admin.mail_buttons import MAY_ANSWER
from members.admin.member_panel import (
    Rights,
    cards,
    invitations,
    mail,
    person,
    requests,
    tiers,
    traces,
)
from members.admin.panels import Panel
from members.admin.reader import staff_of
from members.models import Member
from points.actions.staff_adjustment import ADJUST
from points.admin.member_panel import history, standing
from rewards.admin.member_panel import vouchers

LETTERS = 8


def card_of(
    member: Member, request: HttpRequest, now: datetime, *, may_correct: bool
) -> dict[str, Any]:
    """Assemble what the page shows: across the top, in the wide column and in the narrow one."""
    reader = staff_of(request)
    rights = rights_of(request, may_correct=may_correct)
    is_own = is_own_account(staff=reader, member=member)
    adjusts = reader.has_perm(ADJUST) and not is_own
    return {
        "member": member,
        "is_own": is_own,
        "above": [
            requests(member, rights, now),
            held_back(member, may_see=reader.has_perm("mailroom.view_suppression")),
            standing(member, now),
        ],
        "wide": [
            *history(member, now, store=reader.store, adjusts=adjusts),
            *vouchers(member, now, may_see=reader.has_perm("rewards.view_voucher")),
            *traces(member, rights),
        ],
        "narrow": [
            person(member, rights),
            mail(member, rights, now),
            cards(member, rights),
            tiers(member),
            *letters(member, request),
        ],
    }


def rights_of(request: HttpRequest, *, may_correct: bool) -> Rights:
    may = request.user.has_perm
    return Rights(
        corrects=may_correct,
        changes_cards=may("members.change_card"),
        sees_looks=may("members.view_look"),
        sees_requests=may("members.view_approval"),
        answers_about_mail=may(MAY_ANSWER),
    )


def letters(member: Member, request: HttpRequest) -> list[Panel]:
    """Show what we wrote to a member lately, to those who may see letters."""
    if not request.user.has_perm("mailroom.view_letter"):
        return []
    written = Letter.objects.filter(member=member).order_by("-id")[:LETTERS]
    return [
        Panel(
            "loyalty_site/admin/_member_letters.html",
            {"letters": list(written), "invitations": invitations(member)},
        )
    ]
