"""Taking people into the program: by portal, by staff, at a till or from another system."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.actions.cards import issue_card, issue_cards
from members.details import check_birthday, tidy_postal_code
from members.models import ExternalId, Member, User
from members.refusals import Refusal
from members.signals import announce, member_joined


class AddressInUse(Refusal):
    code = "address_in_use"


@contextmanager
def refusing_a_taken_address() -> Iterator[None]:
    """Let the database say whose address it is, however many ask at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "member_email_unique" not in str(error):
            raise
        raise AddressInUse(_("This e-mail address belongs to another member.")) from None


@transaction.atomic
def enroll_member(
    *,
    through: Member.Through,
    now: datetime,
    name: str = "",
    email: str | None = None,
    birthday: date | None = None,
    postal_code: str = "",
    language: str = User.Language.DUTCH,
    user_id: int | None = None,
) -> Member:
    """
    Take somebody into the program and give them a card.

    Refuses an address that another member has, a birthday and a postal code that cannot be. Staff may
    give the address of a closed membership to a new one: so whoever left can come back.
    """
    address = email.strip().lower() if email else None
    check_birthday(birthday, today=timezone.localdate(now))
    if address and through == Member.Through.STAFF:
        _let_go_of(address)

    with refusing_a_taken_address():
        member = Member.objects.create(
            user_id=user_id,
            name=name.strip(),
            email=address or None,
            birthday=birthday,
            postal_code=tidy_postal_code(postal_code),
            language=language,
            joined_at=now,
            joined_through=through,
        )
    issue_card(member_id=member.pk, now=now)

    announce(member_joined, member_id=member.pk)
    return member


@transaction.atomic
def enroll_by_number(
    *, source_id: int, joined: Mapping[str, datetime], now: datetime
) -> dict[str, int]:
    """
    Enroll every number of another system that is new, in a constant number of statements.

    `joined` maps the number there to the moment its member joined. Returns the member id
    of each number, known ones included.
    """
    # Two imports of one source must not enroll the same number twice.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7101, %s)", (source_id,))
    known = dict(
        ExternalId.objects.filter(source_id=source_id, key__in=joined).values_list(
            "key", "member_id"
        )
    )
    new = sorted(set(joined) - set(known))
    members = Member.objects.bulk_create(
        Member(joined_at=joined[key], joined_through=Member.Through.IMPORT) for key in new
    )
    ExternalId.objects.bulk_create(
        ExternalId(source_id=source_id, key=key, member=member)
        for key, member in zip(new, members, strict=True)
    )
    issue_cards(member_ids=[member.pk for member in members], now=now)
    return known | {key: member.pk for key, member in zip(new, members, strict=True)}


def _let_go_of(address: str) -> None:
    """A closed membership keeps what happened, and no longer the address nor the login."""
    closed = Member.objects.select_for_update(of=("self",)).filter(
        email=address, status=Member.Status.CLOSED
    )
    for member in closed:
        member.email = member.user = None
        member.save(update_fields=["email", "user"])
