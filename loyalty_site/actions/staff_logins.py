"""Letting colleagues in, saying what they may do, and helping who lost a second factor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty_site.staff_groups import ADMIN, GROUPS
from mailroom.actions.staff_letters import post_second_factor_removed
from members.models import User
from members.refusals import Refusal


class OwnLogin(Refusal):
    code = "own_login"


class NotYoursToChange(Refusal):
    code = "not_yours_to_change"


class UnknownGroup(Refusal):
    code = "unknown_group"


class LastAdministrator(Refusal):
    code = "last_administrator"


class NoSecondFactor(Refusal):
    code = "no_second_factor"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a login may do: come in, work here, in which groups, and for which store alone."""

    may_log_in: bool
    works_here: bool
    store: str
    groups: frozenset[str]

    @property
    def is_administrator(self) -> bool:
        return self.may_log_in and self.works_here and ADMIN.key in self.groups


def rights_of(*, user: User) -> Rights:
    """Read what a login may do as it stands in the database."""
    return Rights(
        may_log_in=user.is_active,
        works_here=user.is_staff,
        store=user.store,
        groups=frozenset(user.groups.values_list("name", flat=True)),
    )


@transaction.atomic
def open_staff_login(
    *, by_id: int, email: str, name: str, language: str, rights: Rights, now: datetime
) -> User:
    """
    Let a colleague in, without a password; refuses unless an administrator asks.

    The second factor is set up at the first visit to the back office.
    """
    _refuse_all_but_administrators(by_id)
    user = User.objects.create_user(email, name=name.strip(), language=language, date_joined=now)
    _give(user, rights)
    return user


@transaction.atomic
def change_rights(*, user_id: int, by_id: int, rights: Rights) -> User:
    """
    Say what a login may do from now on.

    Refuses one's own login, a superuser's login unless a superuser asks, all that is asked by
    others than administrators, and what would leave nobody who can let colleagues in.
    """
    user = refuse_change(user_id=user_id, by_id=by_id, rights=rights)
    if rights != rights_of(user=user):
        _give(user, rights)
    return user


@transaction.atomic
def refuse_change(*, user_id: int, by_id: int, rights: Rights) -> User:
    """Raise what `change_rights` would refuse; what it read stays so until the transaction ends."""
    user = User.objects.select_for_update().get(pk=user_id)
    # Whoever gives or takes rights waits here, so that two cannot remove each other.
    Group.objects.select_for_update().get_or_create(name=ADMIN.key)
    had = rights_of(user=user)
    if rights == had:
        return user
    if user_id == by_id:
        raise OwnLogin(_("You can't change your own rights; ask another administrator."))
    _refuse_all_but_administrators(by_id)
    _refuse_a_superuser(user, by_id)
    _refuse_unknown(rights.groups - had.groups)
    if had.is_administrator and not rights.is_administrator and not _other_administrators(user_id):
        raise LastAdministrator(
            _("This is the last login that can let colleagues in. Appoint another one first.")
        )
    return user


@transaction.atomic
def remove_second_factor(*, user_id: int, by_id: int, now: datetime) -> User:
    """
    Take away a second factor that was lost, all ways of it; the next visit sets up a new one.

    All devices are logged out and the owner gets a letter. Refuses one's own, a superuser's
    unless a superuser asks, and where there is none.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user_id == by_id:
        raise OwnLogin(_("You can't remove your own second factor; ask another administrator."))
    _refuse_all_but_administrators(by_id)
    _refuse_a_superuser(user, by_id)
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise NoSecondFactor(_("This login has no second factor."))
    # Every session holds a hash of this: whoever has the lost phone is out at once.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    post_second_factor_removed(user_id=user.pk, by_id=by_id, now=now)
    return user


def is_administrator(*, user: User) -> bool:
    """Whether somebody may let colleagues in and say what they may do."""
    return user.is_superuser or rights_of(user=user).is_administrator


def _give(user: User, rights: Rights) -> None:
    user.is_active, user.is_staff, user.store = rights.may_log_in, rights.works_here, rights.store
    user.save(update_fields=["is_active", "is_staff", "store"])
    user.groups.set(Group.objects.filter(name__in=rights.groups))


def _refuse_all_but_administrators(by_id: int) -> None:
    if not is_administrator(user=User.objects.get(pk=by_id)):
        raise NotYoursToChange(_("Only administrators say what colleagues may do."))


def _refuse_a_superuser(user: User, by_id: int) -> None:
    if user.is_superuser and not User.objects.get(pk=by_id).is_superuser:
        raise NotYoursToChange(_("A superuser's login is changed by superusers alone."))


def _refuse_unknown(groups: Iterable[str]) -> None:
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise UnknownGroup(_("There is no such group: %(group)s") % {"group": unknown[0]})


def _other_administrators(than_id: int) -> bool:
    return (
        User.objects.filter(is_active=True, is_staff=True, groups__name=ADMIN.key)
        .exclude(pk=than_id)
        .exists()
    )
