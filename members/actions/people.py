"""Taking in the people of an earlier program, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.actions.cards import issue_cards
from members.details import check_birthday, tidy_address, tidy_name, tidy_postal_code
from members.models import Consent, ExternalId, Member, User
from members.people_file import Person
from members.refusals import Refusal
from members.table_file import Fault

NUMBERS = "SELECT pg_advisory_xact_lock(7101, %s)"
"""The lock of who enrolls by the numbers of a source; see `enroll_by_number`."""
FILLED = ("name", "email", "birthday", "postal_code")


@dataclass(frozen=True, slots=True)
class Tidied:
    """A person whose details hold, each written as this house writes it."""

    person: Person
    name: str
    email: str
    birthday: date | None
    postal_code: str
    joined_at: datetime


@dataclass(slots=True)
class TakenIn:
    """What became of a batch: whose member is who, how many are new, and what was wrong."""

    members: dict[str, int] = field(default_factory=dict)
    new: int = 0
    filled: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


@transaction.atomic
def take_in_people(*, source_id: int, people: Sequence[Person], now: datetime) -> TakenIn:
    """
    Enroll people by their number in a source, in a constant number of statements.

    Known numbers get what they lack and keep what they have; a person whose details do not
    hold, or whose address is another member's, is a fault and stops nobody else. Consent is
    recorded where nobody has answered here yet. Numbers and addresses must be given once.
    """
    hold_numbers(source_id=source_id)
    done = TakenIn()
    tidied = _tidied(people, now, done)
    known = _known(source_id, tidied)
    owners = _owners(tidied)

    fresh: list[Tidied] = []
    changed: list[Member] = []
    for one in tidied:
        member = known.get(one.person.id)
        owner = owners.get(one.email) if one.email else None
        why = _hindrance(member, owner)
        if why:
            done.faults.append(Fault(one.person.row, why))
        elif member is None:
            fresh.append(one)
        else:
            done.members[one.person.id] = member.pk
            if _fill(member, one, done):
                changed.append(member)
    if changed:
        Member.objects.bulk_update(changed, FILLED)
    done.filled = len(changed)
    _enroll(source_id, fresh, now, done)
    _record_consents(tidied, done)
    return done


@transaction.atomic
def hold_numbers(*, source_id: int) -> None:
    """Keep others from enrolling by numbers of this source until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, (source_id,))


def _tidied(people: Sequence[Person], now: datetime, done: TakenIn) -> list[Tidied]:
    found = []
    for person in people:
        try:
            found.append(_tidy(person, now))
        except Refusal as refusal:
            done.faults.append(Fault(person.row, str(refusal)))
    return found


class JoinsLater(Refusal):
    code = "joins_later"


class BadAddress(Refusal):
    code = "bad_address"


def _tidy(person: Person, now: datetime) -> Tidied:
    joined = person.joined or now
    if not isinstance(joined, datetime):
        joined = timezone.make_aware(datetime.combine(joined, time.min))
    if joined > now:
        raise JoinsLater(_("joined: lies in the future"))
    check_birthday(person.birthday, today=timezone.localdate(now))
    return Tidied(
        person=person,
        name=tidy_name(person.name) if person.name else "",
        email=_tidy_address(person.email) if person.email else "",
        birthday=person.birthday,
        postal_code=tidy_postal_code(person.postal_code),
        joined_at=joined,
    )


def _tidy_address(email: str) -> str:
    address = tidy_address(email)
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress(
            _("email: %(email)s is not an e-mail address") % {"email": email[:60]}
        ) from None
    return address


def _known(source_id: int, people: Sequence[Tidied]) -> dict[str, Member]:
    """Those whom the source has named before, locked in order."""
    numbers = dict(
        ExternalId.objects.filter(
            source_id=source_id, key__in=[one.person.id for one in people]
        ).values_list("key", "member_id")
    )
    members = (
        Member.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(numbers.values())
        if numbers
        else {}
    )
    return {key: members[member] for key, member in numbers.items()}


def _owners(people: Sequence[Tidied]) -> dict[str | None, int]:
    addresses = [one.email for one in people if one.email]
    return dict(Member.objects.filter(email__in=addresses).values_list("email", "pk"))


def _hindrance(member: Member | None, owner: int | None) -> str:
    if member is not None and member.status == Member.Status.CLOSED:
        return str(_("id: this member has ended the membership"))
    if owner is not None and (member is None or owner != member.pk):
        return str(_("email: this address belongs to another member"))
    return ""


def _fill(member: Member, one: Tidied, done: TakenIn) -> bool:
    """Give a known member what was missing; what they have stays, also where the file differs."""
    changed, differing = False, []
    for name in FILLED:
        here, there = getattr(member, name), getattr(one, name)
        if there and not here:
            setattr(member, name, there)
            changed = True
        elif there and here != there:
            differing.append(name)
    if differing:
        why = _("%(columns)s: stays as it stands here") % {"columns": ", ".join(differing)}
        done.warnings.append(Fault(one.person.row, str(why)))
    return changed


def _enroll(source_id: int, people: Sequence[Tidied], now: datetime, done: TakenIn) -> None:
    members = Member.objects.bulk_create(
        Member(
            name=one.name,
            email=one.email or None,
            birthday=one.birthday,
            postal_code=one.postal_code,
            language=one.person.language or User.Language.DUTCH,
            joined_at=one.joined_at,
            joined_through=Member.Through.IMPORT,
        )
        for one in people
    )
    ExternalId.objects.bulk_create(
        ExternalId(source_id=source_id, key=one.person.id, member=member)
        for one, member in zip(people, members, strict=True)
    )
    issue_cards(member_ids=[member.pk for member in members], now=now)
    done.new = len(members)
    done.members.update(
        (one.person.id, member.pk) for one, member in zip(people, members, strict=True)
    )


def _record_consents(people: Sequence[Tidied], done: TakenIn) -> None:
    """Keep what people agreed to elsewhere; whoever has answered here has the last word."""
    agreed = {
        done.members[one.person.id]: one.person.agreed
        for one in people
        if one.person.agreed is not None and one.person.id in done.members
    }
    answered_at = {
        done.members[one.person.id]: one.email for one in people if one.person.id in done.members
    }
    answered = set(
        Consent.objects.filter(
            member__in=agreed, topic=Consent.Topic.NEWS, channel=Consent.Channel.EMAIL
        ).values_list("member_id", flat=True)
    )
    Consent.objects.bulk_create(
        Consent(
            member_id=member,
            topic=Consent.Topic.NEWS,
            channel=Consent.Channel.EMAIL,
            given=answer.given,
            given_at=answer.at,
            how=Consent.How.IMPORT,
            wording=answer.wording,
            address=answered_at.get(member, ""),
            proof=answer.proof,
        )
        for member, answer in agreed.items()
        if member not in answered
    )
