"""Builders: plain functions that make what a test needs through the real actions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission

from mailroom.actions.mailings import add_recipients, open_mailing, start_mailing
from mailroom.actions.posting import post_letter
from mailroom.models import Letter, Mailing
from members.actions.consent import record_consent
from members.actions.enrollment import enroll_member
from members.actions.joining import Answers, apply_to_join
from members.actions.joining_rules import set_joining_rules
from members.actions.sources import name_source
from members.actions.terms import draft_terms, publish_terms
from members.models import PROGRAM_SOURCE, Consent, JoiningRules, Member, Terms, User
from points.actions.adjustment import AdjustmentReason, adjust_points
from points.actions.open_receipts import keep_open_receipts
from points.actions.posting import post_event
from points.actions.publication import publish_version, save_draft
from points.actions.purchases import record_purchase, record_refund
from points.events import Purchase as PurchaseEvent
from points.models import OpenReceipt, ProgramVersion, Purchase
from rewards.actions.redemption import redeem_reward
from rewards.models import Redemption, Reward, Stock

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
_numbers = count(1)

PROGRAM = """
name = "Marktzicht"
currency = "EUR"
time_zone = "Europe/Amsterdam"
effective_at = {effective_at}

[earning]
points_per_unit = {rate}
rounding = "{rounding}"
pending_days = {pending_days}
welcome_bonus = {welcome_bonus}
excluded_categories = {excluded}

[expiry]
valid_months = {valid_months}

[refunds]
policy = "{policy}"

[tiers]
window_days = 365
grace_days = {grace_days}
step = "{step}"

[[tiers.tier]]
name_nl = "Zilver"
name_en = "Silver"
threshold = 500
multiplier = {silver}

[[tiers.tier]]
name_nl = "Goud"
name_en = "Gold"
threshold = 1500
multiplier = 1.5
"""
DEFAULTS = {
    "effective_at": "2020-01-01T00:00:00+01:00",
    "rate": 1,
    "rounding": "down",
    "pending_days": 0,
    "welcome_bonus": 0,
    "excluded": "[]",
    "valid_months": 12,
    "policy": "debt",
    "grace_days": 30,
    "step": "one",
    "silver": "1.0",
}


DOUBLE_TUESDAY = """
[[earning.rule]]
name_nl = "Dubbele dinsdag"
name_en = "Double Tuesday"
multiplier = 2
weekdays = ["tuesday"]
"""


def program_toml(**changes) -> str:
    return PROGRAM.format(**DEFAULTS | changes)


FIRST_PURCHASE = """
[[earning.rule]]
name_nl = "Eerste aankoop"
name_en = "First purchase"
points = 50
first_purchase = true
"""


def published_program_of(rules: str, *, now=NOW, **changes) -> ProgramVersion:
    """Publish a program with these earning rules, as the file has them."""
    draft = save_draft(toml=program_toml(**changes) + rules)
    return publish_version(version_id=draft.pk, now=now)


def published_program(*, now=NOW, **changes) -> ProgramVersion:
    draft = save_draft(toml=program_toml(**changes))
    return publish_version(version_id=draft.pk, now=now)


def member(*, now=NOW, points=0, **fields) -> Member:
    number = next(_numbers)
    fields = {
        "name": f"Sanne de Vries {number}",
        "email": f"sanne{number}@example.nl",
        "joined_at": now - timedelta(days=100),
    } | fields
    joined_at = fields.pop("joined_at")
    made = enroll_member(through=Member.Through.STAFF, now=joined_at, **fields)
    if points:
        give(made, points, now=now)
    return made


def give(to: Member, points: int, *, now=NOW):
    return adjust_points(
        member_id=to.pk,
        points=points,
        reason=AdjustmentReason.MISTAKE,
        request_key=uuid4(),
        actor="user:0",
        now=now,
    )


def login(*, email=None, name="Sanne de Vries", **fields) -> User:
    return User.objects.create_user(
        email or f"login{next(_numbers)}@example.nl", name=name, **fields
    )


def member_with_login(*, now=NOW, **fields) -> Member:
    user = prove(login())
    return member(now=now, user_id=user.pk, email=user.email, **fields)


def staff(*, superuser=False, **fields) -> User:
    return login(
        email=f"staff{next(_numbers)}@example.nl", is_staff=True, is_superuser=superuser, **fields
    )


def source(name="till") -> int:
    return name_source(name=name).pk


def purchase(
    by: Member, total="25.00", *, at=None, now=NOW, receipt=None, source_id=None, **fields
) -> Purchase:
    receipt = receipt or f"r{next(_numbers)}"
    source_id = source_id or source()
    record_purchase(
        member_id=by.pk,
        source_id=source_id,
        receipt=receipt,
        placed_at=at or now,
        total=Decimal(total),
        actor="import:1",
        now=now,
        **fields,
    )
    return Purchase.objects.get(source_id=source_id, receipt=receipt)


def open_receipt(total="25.00", *, at=None, now=NOW, receipt=None, source_id=None, **fields):
    """A purchase that no card was shown at, as a night's file brings it."""
    source_id = source_id or source()
    event = PurchaseEvent(receipt or f"r{next(_numbers)}", 0, at or now, Decimal(total), **fields)
    keep_open_receipts(purchases=[event], refunds=[], source_id=source_id, now=now)
    return OpenReceipt.objects.get(source_id=source_id, receipt=event.key)


def prove(user: User) -> User:
    """Let a login's address be one that answered with a code."""
    facts = {"verified": True, "primary": True}
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults=facts)
    return user


def applicant(*, now=NOW, email=None, birthday=date(1990, 5, 17), **answers) -> User:
    """A login whose person has answered what is asked of who wants to join."""
    user = prove(login(email=email))
    given = {"name": user.name, "language": user.language, "birthday": birthday} | answers
    apply_to_join(user_id=user.pk, answers=Answers(**given), now=now)
    return user


def joining(mode="open", *, capacity=None, minimum_age=16, now=NOW) -> JoiningRules:
    return set_joining_rules(
        mode=mode,
        capacity=capacity,
        minimum_age=minimum_age,
        invitation_days=30,
        staff_id=staff().pk,
        now=now,
    )


def terms(text="Neem deel.", *, now=NOW) -> Terms:
    by = staff().pk
    draft = draft_terms(text_nl=text, text_en=f"{text} (en)", staff_id=by, now=now)
    return publish_terms(terms_id=draft.pk, staff_id=by, now=now)


def balance(of: Member) -> int:
    of.account.refresh_from_db()
    return of.account.balance


def letter(*, now=NOW, **fields) -> Letter:
    number = next(_numbers)
    fields = {
        "key": f"letter:{number}",
        "to": f"sanne{number}@example.nl",
        "language": "en",
        "subject": "A word",
        "text": "Hello Sanne",
        "html": "<p>Hello Sanne</p>",
    } | fields
    return post_letter(now=now, **fields)


def staff_with(*permissions: str, **fields) -> User:
    """Staff with these permissions and no others."""
    made = staff(**fields)
    for permission in permissions:
        room, codename = permission.split(".")
        made.user_permissions.add(
            Permission.objects.get(content_type__app_label=room, codename=codename)
        )
    return made


def purchase_in(store, by: Member, total="25.00", *, at=None, now=NOW, receipt=None) -> Purchase:
    """A purchase as a till of this store reports it."""
    key, source_id = receipt or f"r{next(_numbers)}", source()
    event = PurchaseEvent(key, by.pk, at or now, Decimal(total), store=store)
    post_event(event, source_id=source_id, actor="import:1", now=now)
    return Purchase.objects.get(source_id=source_id, receipt=key)


__all__ = ["NOW", "PROGRAM_SOURCE"]


def refund(of: Purchase, total="5.00", *, at=None, now=NOW, key=None, lines=()):
    record_refund(
        member_id=of.member_id,
        source_id=of.source_id,
        refund=key or f"f{next(_numbers)}",
        receipt=of.receipt,
        refunded_at=at or now,
        total=Decimal(total),
        actor="import:1",
        now=now,
        lines=lines,
    )


CONTENT = {
    language: {"subject": subject, "preheader": "", "body": body, "button": "", "address": ""}
    for language, subject, body in [
        ("nl", "Nieuws voor {first_name}", "Beste {name}, er is nieuws."),
        ("en", "News for {first_name}", "Dear {name}, there is news."),
    ]
}


def mailing(*to: Member, topic="news", now=NOW, is_started=True, agree=True, **fields) -> Mailing:
    """A mailing to these members, who have agreed to it."""
    opened = open_mailing(
        key=f"mailing:{next(_numbers)}", topic=topic, content=CONTENT, now=now, **fields
    )
    if topic and agree:
        for reader in to:
            consent(reader, topic=topic, now=now)
    chosen = Member.objects.filter(pk__in=[reader.pk for reader in to])
    add_recipients(mailing_id=opened.pk, members=chosen, now=now)
    return start_mailing(mailing_id=opened.pk, now=now) if is_started else opened


MARK = UUID(int=1)
"""Under which a test claims deliveries."""
MARKS = [UUID(int=number) for number in range(1, 5)]


def add(to: Mailing, *, occurrence="", now=NOW) -> int:
    """Put everybody on the list."""
    everybody = Member.objects.all()
    return add_recipients(mailing_id=to.pk, members=everybody, occurrence=occurrence, now=now)


def consent(of: Member, *, given=True, topic="news", now=NOW):
    return record_consent(
        member_id=of.pk,
        topic=Consent.Topic(topic),
        channel="email",
        given=given,
        how="profile",
        wording="May we write to you?",
        now=now,
    )


def crowd(number: int, *, now=NOW) -> list[Member]:
    """Members as an import leaves them, many at once."""
    people = [
        Member(
            name=f"Reader {count}",
            email=f"reader{count}@example.nl",
            joined_at=now,
            joined_through=Member.Through.IMPORT,
        )
        for count in range(number)
    ]
    return Member.objects.bulk_create(people)


def reward(*, stock=None, now=NOW, **fields) -> Reward:
    """A reward in the catalog; € 5 off for 500 points if nothing else is said."""
    number = next(_numbers)
    fields = {
        "gives": "discount",
        "name_nl": f"Korting {number}",
        "name_en": f"Discount {number}",
        "points": 500,
        "value": Decimal(5),
        "state": Reward.State.LIVE,
        "changed_at": now,
    } | fields
    if fields["gives"] not in ("discount", "gift_card", "donation"):
        fields["value"] = None
    made = Reward.objects.create(**fields)
    if stock is not None:
        Stock.objects.create(reward=made, left=stock)
    return made


def redeem(by: Member, what: Reward, points=None, *, key=None, now=NOW) -> Redemption:
    return redeem_reward(
        member_id=by.pk,
        reward_id=what.pk,
        points=what.points if points is None else points,
        revision=what.revision,
        request_key=key or uuid4(),
        actor=f"member:{by.pk}",
        now=now,
    )
