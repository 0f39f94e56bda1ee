"""What people set for themselves."""

import pytest

from members.actions.enrollment import AddressInUse
from members.actions.profile import choose_language, follow_login_address
from members.models import Member, User
from tests import make

pytestmark = pytest.mark.django_db


def moved(member, email):
    User.objects.filter(pk=member.user_id).update(email=email)
    follow_login_address(user_id=member.user_id)
    member.refresh_from_db()
    return member


def test_a_chosen_language_is_that_of_the_login_and_of_the_member():
    member = make.member_with_login()

    choose_language(user_id=member.user_id, language=User.Language.ENGLISH)

    member.refresh_from_db()
    assert (member.language, member.user.language) == ("en", "en")


def test_a_new_login_address_is_where_the_member_is_written_to():
    member = make.member_with_login()

    assert moved(member, "new@example.nl").email == "new@example.nl"


def test_an_address_that_another_member_has_is_not_taken():
    make.member(email="taken@example.nl")
    member = make.member_with_login()
    before = member.email

    with pytest.raises(AddressInUse):
        moved(member, "taken@example.nl")

    member.refresh_from_db()
    assert member.email == before


def test_a_login_without_membership_has_nothing_to_follow():
    login = make.login()

    follow_login_address(user_id=login.pk)

    assert not Member.objects.filter(email=login.email).exists()
