"""Deciding who may come in; and the line, from its head."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from members.actions.joining import admit, claim_membership, leave_line
from members.actions.joining_rules import (
    CapacityNeeded,
    CapacityTaken,
    JoiningChangedMeanwhile,
    set_joining_rules,
)
from members.actions.membership import close_membership
from members.actions.waiting_list import admit_waiting
from members.models import Application, JoiningRules, Member, StaffAct
from members.reports.joining import place_in_line, way_in
from members.signals import member_admitted
from tests import make

pytestmark = pytest.mark.django_db


def lined_up(many, now):
    """So many people in a line, a minute apart."""
    users = []
    for number in range(many):
        user = make.applicant()
        claim_membership(user_id=user.pk, now=now + timedelta(minutes=number))
        users.append(user)
    return users


def full(now, *, waiting, capacity=1):
    make.joining("waiting_list", capacity=capacity)
    for _ in range(capacity):
        make.member()
    return lined_up(waiting, now)


def inside(users):
    return [Member.objects.filter(user=user).exists() for user in users]


# Rules


def test_a_change_leaves_a_trace_of_what_was_and_what_is(now):
    staff = make.staff()

    set_joining_rules(
        mode="waiting_list",
        capacity=500,
        minimum_age=16,
        invitation_days=30,
        staff_id=staff.pk,
        now=now,
    )

    act = StaffAct.objects.get()
    assert (act.staff, act.at) == (staff, now)
    assert act.before == {"mode": "open", "capacity": None}
    assert act.after == {"mode": "waiting_list", "capacity": 500}


def test_saving_what_holds_already_leaves_no_trace():
    make.joining()

    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("capacity", [None, 0])
def test_a_waiting_list_needs_a_capacity(capacity):
    with pytest.raises(CapacityNeeded):
        make.joining("waiting_list", capacity=capacity)

    assert JoiningRules.current().mode == "open"


def test_capacity_is_not_lowered_below_what_is_taken(now):
    make.joining("waiting_list", capacity=3)
    taken = [make.member() for _ in range(3)]

    with pytest.raises(CapacityTaken) as refused:
        make.joining("waiting_list", capacity=2)

    assert refused.value.details == {"taken": 3}
    assert JoiningRules.current().capacity == 3
    close_membership(member_id=taken[0].pk, now=now)
    assert make.joining("waiting_list", capacity=2).capacity == 2


def test_who_saves_over_a_colleagues_change_is_told(now):
    shown = JoiningRules.current().fingerprint
    make.joining("invitation")

    with pytest.raises(JoiningChangedMeanwhile):
        set_joining_rules(
            mode="open",
            capacity=None,
            minimum_age=18,
            invitation_days=30,
            staff_id=make.staff().pk,
            now=now,
            shown=shown,
        )

    assert JoiningRules.current().mode == "invitation"


def test_the_database_knows_that_a_waiting_list_has_a_capacity():
    make.joining("waiting_list", capacity=5)

    with pytest.raises(IntegrityError), transaction.atomic():
        JoiningRules.objects.update(capacity=None)


# What visitors are told


@pytest.mark.parametrize("mode", ["open", "invitation"])
def test_visitors_are_told_the_mode_in_one_query(mode, django_assert_num_queries):
    make.joining(mode)

    with django_assert_num_queries(1):
        assert way_in().mode == mode


def test_visitors_are_told_how_many_wait(now):
    full(now, waiting=2, capacity=3)

    told = way_in()

    assert (told.capacity, told.waiting, told.has_room) == (3, 2, False)


def test_visitors_are_told_that_there_is_room():
    make.joining("waiting_list", capacity=3)

    assert way_in().has_room


def test_everybody_in_line_knows_their_place(now):
    users = full(now, waiting=3)

    places = [place_in_line(Application.objects.get(user=user)) for user in users]

    assert places == [1, 2, 3]


def test_who_came_at_the_same_moment_stands_by_number(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    users = [make.applicant() for _ in range(3)]
    for user in reversed(users):
        claim_membership(user_id=user.pk, now=now)

    assert [place_in_line(Application.objects.get(user=user)) for user in users] == [1, 2, 3]


# The line


def test_without_room_nobody_is_let_in(now):
    users = full(now, waiting=2)

    assert admit_waiting(now=now) == 0
    assert inside(users) == [False, False]


def test_people_are_let_in_in_order_as_far_as_there_is_room(now):
    users = full(now, waiting=4)
    make.joining("waiting_list", capacity=3)

    assert admit_waiting(now=now) == 2
    assert inside(users) == [True, True, False, False]


def test_a_place_that_a_leaver_frees_goes_to_who_is_first(now):
    users = full(now, waiting=2)
    close_membership(member_id=Member.objects.get().pk, now=now)

    admit_waiting(now=now)

    assert inside(users) == [True, False]


def test_once_everybody_may_join_the_whole_line_comes_in(now):
    users = full(now, waiting=3)
    make.joining("open")

    assert admit_waiting(now=now) == 3
    assert inside(users) == [True] * 3


def test_by_invitation_the_line_rests_and_is_kept(now):
    users = full(now, waiting=2)
    make.joining("invitation")

    assert admit_waiting(now=now) == 0
    assert not admit(user_id=users[0].pk, now=now)
    assert Application.objects.waiting().count() == 2


def test_who_left_the_line_or_may_not_log_in_is_passed_over(now):
    users = full(now, waiting=3)
    leave_line(user_id=users[0].pk)
    users[1].is_active = False
    users[1].save()
    make.joining("waiting_list", capacity=2)

    admit_waiting(now=now)

    assert inside(users) == [False, False, True]


def test_who_left_at_the_last_moment_is_not_let_in(now):
    (user,) = full(now, waiting=1)
    make.joining("open")
    leave_line(user_id=user.pk)

    assert admit(user_id=user.pk, now=now)
    assert inside([user]) == [False]


def test_somebody_who_cannot_come_in_does_not_hold_up_the_line(now):
    users = full(now, waiting=2)
    Member.objects.update(email=users[0].email, user=make.login())
    make.joining("waiting_list", capacity=2)

    assert admit_waiting(now=now) == 1
    assert inside(users) == [False, True]
    assert not Application.objects.waiting().exists()


def test_letting_somebody_in_is_announced(now, django_capture_on_commit_callbacks):
    (user,) = full(now, waiting=1)
    make.joining("open")
    heard = []

    def hear(member_id, **_):
        heard.append(member_id)

    member_admitted.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            admit_waiting(now=now)
    finally:
        member_admitted.disconnect(hear)

    assert heard == [user.member.pk]


def test_only_so_many_are_let_in_at_a_time(now):
    users = full(now, waiting=3)
    make.joining("open")

    admit_waiting(now=now, most=2)

    assert inside(users) == [True, True, False]
