"""The portal as a member sees it: for staff to look at, on record, and not to use."""

import re

import pytest

from members.models import Look
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/members/member/"


@pytest.fixture
def program():
    return make.published_program()


@pytest.mark.parametrize("page", ["as-member", "as-member/points"])
def test_staff_see_what_the_member_sees_and_nothing_can_be_done_there(desk, boss, program, page):
    member = make.member(name="Anna Visser", points=1234, language="en")

    answer = desk.get(f"{LIST}{member.pk}/{page}/")

    shown = answer.content.decode()
    assert "Anna Visser" in shown
    assert "1,234" in shown
    assert 'lang="en"' in shown
    assert "<script" not in shown
    ways = set(re.findall(r'(?:href|action|hx-get|hx-post)="(/(?!static|brand)[^"?]*)', shown))
    assert ways <= {
        f"{LIST}{member.pk}/as-member/",
        f"{LIST}{member.pk}/as-member/points/",
        f"{LIST}{member.pk}/change/",
    } | {way for way in ways if way.endswith((".css", ".webmanifest", ".png", ".svg"))}
    assert Look.objects.get().through == "portal"


def test_only_who_may_see_as_a_member_does(desk_of):
    member = make.member()
    for page in ("as-member", "as-member/points"):
        address = f"{LIST}{member.pk}/{page}/"

        assert (
            desk_of("members.view_member", "members.change_member").get(address).status_code == 403
        )
        assert desk_of("members.see_as_member").get(address).status_code == 200


def test_staff_who_are_members_see_their_own_portal_as_ever(desk, boss, program):
    make.member(user_id=boss.pk, name="Boss Person", email=boss.email)
    desk.get(f"{LIST}{make.member(name='Anna Visser', points=5).pk}/as-member/")

    assert "Boss" in desk.get("/my/").content.decode()
