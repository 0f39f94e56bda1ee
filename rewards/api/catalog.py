"""`/rewards`, and what a member has for their points at a till."""

from typing import Annotated
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from members.api.auth import Caller, Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.fields import can_be_kept
from members.api.once import IDEMPOTENCY_KEY, idempotency_key
from members.models import Scope
from members.refusals import Refusal
from members.reports.numbers import holders_of
from points.api.refusing import blocked_card, unknown_member
from rewards.actions.issuing import code_of
from rewards.actions.proven_redemption import Wish, redeem_with_card
from rewards.api.answers import refused, reward_told, shown_on_card, worth_of
from rewards.api.bodies import (
    LARGEST,
    CatalogAnswer,
    RedeemAnswer,
    RedeemBody,
    RedeemedVoucher,
)
from rewards.codes import shown
from rewards.models import Redemption, Reward, Voucher

catalog = Router(tags=["Rewards"])
redemptions = Router(tags=["Rewards"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorBody)
MOST_REWARDS = 100
REQUESTS = UUID("a9a9c1a8-6d3b-5c55-9a0e-3a1f4b6f2f10")
"""The name space of the request keys of redemptions at tills."""


@catalog.get(
    "",
    auth=Key(Scope.READ_REWARDS),
    response={200: CatalogAnswer, **WRONG},
    summary="Show the catalog",
)
def rewards(
    request: HttpRequest,  # noqa: ARG001
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_REWARDS)] = MOST_REWARDS,
) -> CatalogAnswer:
    """
    Lists what members can have for their points, but for what is offered to some by name.

    What opens later is among it, with its moment. Ask on with the `next` of the answer as
    `after`, until there is none.
    """
    live = Reward.objects.live(timezone.now()).with_its_stock()
    open_to_members = live.exclude(audience=Reward.Audience.INVITED)
    found = list(open_to_members.filter(pk__gt=after).order_by("pk")[: limit + 1])
    shown_now = found[:limit]
    return CatalogAnswer(
        rewards=[reward_told(reward) for reward in shown_now],
        next=shown_now[-1].pk if len(found) > limit else None,
    )


@redemptions.post(
    "/{number}/redemptions",
    auth=Key(Scope.WRITE_REDEMPTIONS),
    response={200: RedeemAnswer, 201: RedeemAnswer, **WRONG},
    summary="Redeem a reward at the till",
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def redeem(request: HttpRequest, number: str, body: RedeemBody) -> Status[RedeemAnswer]:
    """
    Spends points of who shows their card, and answers the voucher: 201 the first time.

    A number never spends: `proof` is the code that the card shows, good for five minutes and for
    one redemption. With the same Idempotency-Key and content it answers 200 with the same body
    and needs no new proof; its code is read anew, for answers with codes are not kept.
    """
    caller = caller_of(request)
    key = uuid5(REQUESTS, f"{caller.client.pk}/{idempotency_key(request)}")
    if body.proof is None:
        raise ApiError(
            403,
            "no_proof",
            _("Scan the code on the member's card: a number alone spends no points."),
        )
    is_new = not Redemption.objects.filter(request_key=key).exists()
    try:
        made = redeem_with_card(
            member_id=_member(number, caller),
            shown=shown_on_card(number, body.proof),
            wish=Wish(reward_id=body.reward, points=body.points, revision=body.revision),
            request_key=key,
            client_id=caller.client.pk,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return Status(201 if is_new else 200, _told(made, number))


def _member(number: str, caller: Caller) -> int:
    found = holders_of([number], caller.client.source_id) if can_be_kept(number) else {}
    member, blocked_at = found.get(number, (None, None))
    if member is None:
        raise unknown_member(number)
    if blocked_at is not None:
        raise blocked_card(number)
    return member


def _told(made: Redemption, number: str) -> RedeemAnswer:
    voucher = Voucher.objects.filter(redemption=made).first()
    return RedeemAnswer(
        redemption=str(made.request_key),
        member=number,
        reward=made.reward_id,
        points=made.points,
        value=None if made.value is None else f"{made.value:.2f}",
        voucher=None
        if voucher is None
        else RedeemedVoucher(code=shown(code_of(voucher=voucher)), **worth_of(voucher)),
    )
