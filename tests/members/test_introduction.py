import pytest

from members.actions.enrollment import AddressInUse, enroll_by_number
from members.actions.introduction import AlreadyIntroduced, introduce_member
from members.models import Member
from tests import make

pytestmark = pytest.mark.django_db
SANNE = {"name": "Sanne de Vries", "email": "Sanne@example.nl", "birthday": None, "language": "en"}


def known_by_number(now):
    enrolled = enroll_by_number(source_id=make.source(), joined={"7": now}, now=now)
    return enrolled["7"]


def test_a_member_known_by_number_gets_a_name_and_an_address(now):
    member_id = known_by_number(now)

    introduce_member(member_id=member_id, **SANNE)

    member = Member.objects.get(pk=member_id)
    assert (member.name, member.email) == ("Sanne de Vries", "sanne@example.nl")
    assert member.language == "en"


def test_a_member_is_introduced_once(now):
    member_id = known_by_number(now)
    introduce_member(member_id=member_id, **SANNE)

    with pytest.raises(AlreadyIntroduced):
        introduce_member(member_id=member_id, **SANNE | {"name": "Sofie", "email": "s@example.nl"})

    assert Member.objects.get(pk=member_id).name == "Sanne de Vries"


def test_an_address_of_another_member_is_refused(now):
    make.member(email="sanne@example.nl")
    member_id = known_by_number(now)

    with pytest.raises(AddressInUse):
        introduce_member(member_id=member_id, **SANNE)

    assert Member.objects.get(pk=member_id).name == ""
