"""Letting colleagues in, and nobody becoming more than they are."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission

from loyalty_site.actions.staff_logins import (
    LastAdministrator,
    NotYoursToChange,
    OwnLogin,
    Rights,
    UnknownGroup,
    change_rights,
    open_staff_login,
    rights_of,
)
from loyalty_site.staff_groups import GROUPS
from mailroom.models import Letter
from members.models import StaffAct, User
from members.refusals import Refusal
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db
USERS = "/admin/members/user/"


def in_group(key, **fields) -> User:
    user = with_factor(make.staff(**fields))
    user.groups.add(Group.objects.get(name=key))
    return user


@pytest.fixture
def nadia(db):
    return in_group("admin", name="Nadia Schouten", language="en")


@pytest.fixture
def joost(db):
    return in_group("counter", name="Joost Hulst")


def form(user, **changes) -> dict:
    """What the page of a login sends when nothing is changed, and the changes."""
    answers = {
        "name": user.name,
        "language": user.language,
        "store": user.store,
        "groups": list(user.groups.values_list("pk", flat=True)),
    }
    answers |= {"is_staff": "on"} if user.is_staff else {}
    answers |= {"is_active": "on"} if user.is_active else {}
    answers |= changes
    return {name: value for name, value in answers.items() if value is not None}


def group(name) -> int:
    return Group.objects.get(name=name).pk


def save(by, user, **changes):
    answer = at_desk(by).post(f"{USERS}{user.pk}/change/", form(user, **changes))
    user.refresh_from_db()
    return answer


def refusal(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.context["adminform"].form.non_field_errors())


# What administrators do


def test_an_administrator_lets_a_colleague_in(nadia):
    answers = {"email": "Bram@Example.nl", "name": "Bram", "language": "nl", "is_staff": "on"}

    at_desk(nadia).post(f"{USERS}add/", answers | {"store": "North", "groups": [group("service")]})

    bram = User.objects.get(email="bram@example.nl")
    assert rights_of(user=bram) == Rights(
        may_log_in=True, works_here=True, store="North", groups=frozenset({"service"})
    )
    assert not bram.has_usable_password()
    assert bram.has_perm("points.adjust_points")


def test_rights_are_changed_with_a_trace_of_before_and_after(nadia, joost):
    save(nadia, joost, groups=[group("service"), group("finance")], store="South")

    act = StaffAct.objects.on(joost).first()
    assert (act.staff, act.before["groups"], act.before["store"]) == (nadia, ["counter"], "")
    assert (sorted(act.after["groups"]), act.after["store"]) == (["finance", "service"], "South")


def test_a_login_is_switched_off(nadia, joost):
    save(nadia, joost, is_active=None)

    assert not joost.is_active
    assert StaffAct.objects.on(joost).exists()


# What nobody does


def test_nobody_becomes_a_superuser_by_a_form(nadia, joost, boss):
    for by in (nadia, boss):
        save(by, joost, is_superuser="on", name=f"By {by.pk}")
        assert (joost.is_superuser, joost.name) == (False, f"By {by.pk}")


def test_nobody_changes_their_own_rights(nadia):
    save(nadia, nadia, groups=[group(name) for name in GROUPS], store="North", name="Nadia S.")

    assert nadia.name == "Nadia S."
    assert rights_of(user=nadia).groups == {"admin"}
    assert nadia.store == ""


def test_a_superusers_login_is_out_of_reach_of_administrators(nadia, boss):
    desk = at_desk(nadia)
    Authenticator.objects.filter(user=boss).exists()

    changed = desk.post(f"{USERS}{boss.pk}/change/", form(boss, is_active=None))
    helped = desk.post(f"{USERS}{boss.pk}/lost-factor/", {"reason": "Asked"})

    boss.refresh_from_db()
    assert changed.status_code == 403
    assert helped.context["form"].non_field_errors()
    assert boss.is_active
    assert Authenticator.objects.filter(user=boss).exists()


def test_who_may_change_logins_and_is_no_administrator_gives_no_rights(joost, nadia):
    helper = with_factor(make.staff_with("members.view_user", "members.change_user"))

    save(helper, joost, groups=[group("admin")], is_active=None, name="Renamed")

    assert joost.name == "Renamed"
    assert (joost.is_active, rights_of(user=joost).groups) == (True, {"counter"})


def test_groups_that_the_matrix_does_not_know_cannot_be_given(nadia, joost):
    strange = Group.objects.create(name="all-powerful")
    strange.permissions.set(Permission.objects.all())

    answer = save(nadia, joost, groups=[strange.pk])

    assert "groups" in answer.context["adminform"].form.errors
    assert rights_of(user=joost).groups == {"counter"}


def test_the_last_administrator_stays(nadia, boss):
    for changes in ({"groups": []}, {"is_active": None}, {"is_staff": None}):
        assert refusal(save(boss, nadia, **changes))
        assert rights_of(user=nadia).is_administrator

    in_group("admin")
    save(boss, nadia, groups=[])
    assert not rights_of(user=nadia).is_administrator


def test_a_group_cannot_be_changed_added_or_removed_by_anybody(desk):
    counter = Group.objects.get(name="counter")

    for page in ("change/", "delete/"):
        assert desk.post(f"/admin/auth/group/{counter.pk}/{page}", {"name": "x"}).status_code == 403
    assert desk.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403


# The actions, whoever calls them

ALL = Rights(may_log_in=True, works_here=True, store="", groups=frozenset(GROUPS))


def test_rights_are_refused_to_whom_the_rules_refuse_them(nadia, joost, boss):
    def refused(**asked):
        try:
            change_rights(**asked)
        except Refusal as told:
            return type(told)

    unknown = Rights(may_log_in=True, works_here=True, store="", groups=frozenset({"kings"}))
    none = Rights(may_log_in=True, works_here=True, store="", groups=frozenset())
    assert refused(user_id=nadia.pk, by_id=nadia.pk, rights=ALL) is OwnLogin
    assert refused(user_id=nadia.pk, by_id=joost.pk, rights=ALL) is NotYoursToChange
    assert refused(user_id=boss.pk, by_id=nadia.pk, rights=none) is None
    assert refused(user_id=boss.pk, by_id=nadia.pk, rights=ALL) is NotYoursToChange
    assert refused(user_id=joost.pk, by_id=nadia.pk, rights=unknown) is UnknownGroup
    assert refused(user_id=nadia.pk, by_id=boss.pk, rights=none) is LastAdministrator


def test_nobody_but_administrators_lets_colleagues_in(joost):
    with pytest.raises(NotYoursToChange):
        open_staff_login(
            by_id=joost.pk, email="x@example.nl", name="", language="nl", rights=ALL, now=make.NOW
        )

    assert not User.objects.filter(email="x@example.nl").exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one():
    two = [in_group("admin"), in_group("admin")]
    none = Rights(may_log_in=True, works_here=True, store="", groups=frozenset())

    def remove(number):
        change_rights(user_id=two[number].pk, by_id=two[1 - number].pk, rights=none)

    at_once(remove)

    assert sum(rights_of(user=user).is_administrator for user in two) == 1


# A lost second factor


def test_a_lost_second_factor_is_removed_with_a_reason_and_a_trace(nadia, joost):
    page = f"{USERS}{joost.pk}/lost-factor/"

    assert at_desk(nadia).post(page, {"reason": ""}).status_code == 200
    assert Authenticator.objects.filter(user=joost).exists()
    at_desk(nadia).post(page, {"reason": "Phone in the canal"})

    assert not Authenticator.objects.filter(user=joost).exists()
    letter = Letter.objects.get(to=joost.email)
    assert "Nadia Schouten" in letter.text
    assert StaffAct.objects.on(joost).get().reason == "Phone in the canal"


def test_who_lost_it_is_logged_out_everywhere(nadia, joost):
    thief = at_desk(joost)
    assert thief.get("/admin/").status_code == 200

    at_desk(nadia).post(f"{USERS}{joost.pk}/lost-factor/", {"reason": "Stolen"})

    assert "/accounts/login/" in thief.get("/admin/")["Location"]


def test_nobody_removes_their_own_second_factor_or_one_that_is_not_there(nadia):
    without = make.staff()

    for user in (nadia, without):
        asked = at_desk(nadia).post(f"{USERS}{user.pk}/lost-factor/", {"reason": "Why not"})
        assert asked.context["form"].non_field_errors()
    assert Authenticator.objects.filter(user=nadia).exists()


def test_the_button_is_offered_where_it_helps(nadia, joost):
    shown = at_desk(nadia)

    assert "lost-factor" in shown.get(f"{USERS}{joost.pk}/change/").content.decode()
    assert "lost-factor" not in shown.get(f"{USERS}{nadia.pk}/change/").content.decode()
