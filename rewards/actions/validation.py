"""Asking what vouchers are worth on an order: nothing changes but the count of wrong tries."""

from collections.abc import Sequence
from datetime import datetime

from members.models import ApiClient
from rewards.actions.wrong_tries import check_may_try, count_guesses
from rewards.order_rules import Order
from rewards.reports.validation import Asker, Validated, validated, vouchers_of


def validate_vouchers(
    *,
    codes: Sequence[str],
    order: Order,
    client: ApiClient | None,
    member_id: int | None,
    now: datetime,
    is_proven: bool = False,
    staff_id: int | None = None,
) -> list[Validated]:
    """
    Answer for each code what it takes off the order, or every reason why not.

    `client` is the till that asks; the counter is none. Codes that are of no use count as wrong
    tries; too many, and nothing is answered.
    """
    client_id = client.pk if client is not None else None
    check_may_try(client_id=client_id, staff_id=staff_id, now=now)
    asker = Asker(
        source_id=client.source_id if client is not None else None,
        member_id=member_id,
        is_proven=is_proven,
    )
    answers = validated(vouchers=vouchers_of(codes), order=order, asker=asker, now=now)
    count_guesses(
        many=sum(answer.is_guess for answer in answers),
        client_id=client_id,
        staff_id=staff_id,
        now=now,
    )
    return answers


def source_of(*, client_id: int | None) -> int | None:
    """Return the business of a client; the counter is of none."""
    if client_id is None:
        return None
    return ApiClient.objects.values_list("source_id", flat=True).get(pk=client_id)
