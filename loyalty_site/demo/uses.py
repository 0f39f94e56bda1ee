"""What became of vouchers at Marktzicht: most were used, one came back, one was withdrawn."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from loyalty_site import staff_groups
from loyalty_site.demo.logins import login_in
from members.models import ApiClient, Member
from rewards.actions.captures import capture_reservation
from rewards.actions.issuing import code_of
from rewards.actions.reservations import reserve_voucher
from rewards.actions.rollbacks import roll_back
from rewards.actions.voiding import void_voucher
from rewards.models import Batch, Capture, Voucher
from rewards.order_rules import Line, Order

LATER = timedelta(days=3)
ORDERS = ("38.45", "62.10", "27.80", "91.35", "44.05", "33.20", "58.75")
BASKET = {"brood": Decimal("3.15"), "ontbijtmand": Decimal("24.50")}
"""What everybody buys besides the rest."""
OF_A_PROMOTION = 9
OF_A_BATCH = 14
WORD = "KLAVER10"


def use_vouchers(now: datetime) -> None:
    """Let tills take what members brought, unless they have taken anything."""
    client = ApiClient.objects.order_by("pk").first()
    if client is None or Capture.objects.exists():
        return
    used = [
        use(code_of(voucher=voucher), number, client, voucher.member_id, voucher.issued_at + LATER)
        for number, voucher in enumerate(to_use(now))
    ]
    use_codes(client, now)
    if used:
        part = (used[0].amount / 2).quantize(Decimal("0.01"))
        roll_back(
            capture_id=used[0].pk,
            amount=part,
            key="marktzicht-retour-1",
            client_id=client.pk,
            actor=till(client),
            now=used[0].captured_at + LATER,
        )
    withdraw_one(now)


def to_use(now: datetime) -> list[Voucher]:
    """Two of three that members have had for a while."""
    bought = Voucher.objects.filter(redemption__isnull=False, issued_at__lt=now - LATER)
    return [voucher for place, voucher in enumerate(bought.order_by("pk")) if place % 3]


def use_codes(client: ApiClient, now: datetime) -> None:
    """Codes from the leaflet and of the cinema, on days gone by."""
    shoppers = Member.objects.filter(status=Member.Status.ACTIVE).order_by("pk")
    for number, member_id in enumerate(shoppers.values_list("pk", flat=True)[:OF_A_PROMOTION]):
        use(WORD, 100 + number, client, member_id, now - timedelta(hours=5 + 17 * number))
    cinema = Voucher.objects.filter(batch__form=Batch.Form.CODES).order_by("pk")[:OF_A_BATCH]
    for number, voucher in enumerate(cinema):
        at = now - timedelta(hours=3 + 11 * number)
        use(code_of(voucher=voucher), 200 + number, client, None, at)


def use(code: str, number: int, client: ApiClient, member_id: int | None, at: datetime) -> Capture:
    """Take one off a basket, as a till does: hold it, then use it."""
    rest = Decimal(ORDERS[number % len(ORDERS)])
    bought = {**BASKET, "": rest}
    day = timezone.localdate(at)
    held = reserve_voucher(
        code=code,
        order=Order(
            total=sum(bought.values(), Decimal(0)),
            lines=tuple(Line(amount=amount, product=name) for name, amount in bought.items()),
            reference=f"{day:%Y-%m-%d}/2/{1000 + number}",
        ),
        key=f"marktzicht-{number}",
        client_id=client.pk,
        actor=till(client),
        member_id=member_id,
        now=at,
    )
    return capture_reservation(reservation_id=held.pk, amount=None, actor=till(client), now=at)


def till(client: ApiClient) -> str:
    return f"api:{client.pk}"


def withdraw_one(now: datetime) -> None:
    """The oldest that nobody used yet: its owner asked for the points back."""
    unused = Voucher.objects.filter(redemption__isnull=False, used=0).order_by("pk").first()
    if unused is not None:
        void_voucher(
            voucher_id=unused.pk,
            staff_id=login_in(staff_groups.SERVICE.key).pk,
            reason="Bij nader inzien liever de punten terug",
            now=now,
        )
