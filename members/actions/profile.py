"""What people set for themselves."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.actions.enrollment import refusing_a_taken_address
from members.actions.membership import MembershipClosed
from members.details import check_birthday, tidy_name, tidy_postal_code
from members.models import JoiningRules, Member, User
from members.refusals import Refusal


class BirthdayIsSet(Refusal):
    code = "birthday_is_set"


class DetailsHaveChanged(Refusal):
    code = "details_have_changed"


@dataclass(frozen=True, slots=True)
class Details:
    """What members may correct about themselves."""

    name: str
    birthday: date | None
    postal_code: str
    language: str

    @property
    def fingerprint(self) -> str:
        written = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()


def details_of(*, member: Member) -> Details:
    return Details(member.name, member.birthday, member.postal_code, member.language)


@transaction.atomic
def correct_own_details(*, member_id: int, details: Details, shown: str, now: datetime) -> Member:
    """
    Let a member correct what we know about them.

    `shown` is the fingerprint of what they saw; if somebody changed it meanwhile, nothing is
    saved. A birthday is given once: an age limit or a present may hang on it, so that staff
    alone correct it. Refuses a name, birthday or postal code that cannot be.
    """
    user_id = Member.objects.values_list("user_id", flat=True).get(pk=member_id)
    User.objects.select_for_update().filter(pk=user_id).first()
    member = Member.objects.lock(member_id)
    if member.status == Member.Status.CLOSED:
        raise MembershipClosed(_("This membership has been closed."))
    before = details_of(member=member)
    wanted = Details(
        before.name if details.name == before.name else tidy_name(details.name),
        details.birthday or before.birthday,
        tidy_postal_code(details.postal_code),
        details.language,
    )
    if wanted == before:
        return member
    if before.fingerprint != shown:
        raise DetailsHaveChanged(
            _("Somebody changed your details after you opened this page. Please look again.")
        )
    if wanted.birthday != before.birthday:
        _check_new_birthday(before.birthday, wanted.birthday, now)
    member.name, member.birthday = wanted.name, wanted.birthday
    member.postal_code, member.language = wanted.postal_code, wanted.language
    member.save(update_fields=["name", "birthday", "postal_code", "language"])
    if user_id is not None:
        User.objects.filter(pk=user_id).update(name=wanted.name, language=wanted.language)
    return member


@transaction.atomic
def choose_language(*, user_id: int, language: User.Language) -> None:
    """Speak this language to a login and its member from now on, in pages and in mail."""
    User.objects.filter(pk=user_id).update(language=language)
    Member.objects.filter(user_id=user_id).update(language=language)


@transaction.atomic
def follow_login_address(*, user_id: int) -> None:
    """
    Write to a member where their login is read from now on.

    The login's address must have been verified. Refuses one that another member has.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    with refusing_a_taken_address():
        Member.objects.filter(user=user).update(email=user.email)


def _check_new_birthday(before: date | None, birthday: date | None, now: datetime) -> None:
    if before is not None:
        raise BirthdayIsSet(_("Your birthday is known already. Ask us to correct it."))
    check_birthday(
        birthday,
        today=timezone.localdate(now),
        minimum_age=JoiningRules.current().minimum_age,
    )
