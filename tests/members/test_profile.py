"""What people set for themselves."""

from datetime import date

import pytest

from members.actions.enrollment import AddressInUse
from members.actions.profile import (
    BirthdayIsSet,
    Details,
    DetailsHaveChanged,
    choose_language,
    correct_own_details,
    details_of,
    follow_login_address,
)
from members.details import BadName, BadPostalCode, TooYoung
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


def corrected(member, now, *, shown=None, **changes):
    member.refresh_from_db()
    seen = details_of(member=member)
    wanted = {name: getattr(seen, name) for name in seen.__dataclass_fields__} | changes
    return correct_own_details(
        member_id=member.pk,
        details=Details(**wanted),
        shown=seen.fingerprint if shown is None else shown,
        now=now,
    )


def test_a_member_corrects_what_we_know_and_the_login_follows(now):
    member = make.member_with_login()

    corrected(
        member,
        now,
        name=" Anna  Hoekstra ",
        postal_code="1234ab",
        language="en",
        birthday=date(1990, 5, 17),
    )

    member.refresh_from_db()
    assert details_of(member=member) == Details("Anna Hoekstra", date(1990, 5, 17), "1234 AB", "en")
    assert (member.user.name, member.user.language) == ("Anna Hoekstra", "en")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "😀"}, BadName),
        ({"postal_code": "<b>"}, BadPostalCode),
        ({"birthday": date(2020, 1, 1)}, TooYoung),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(now, changes, refusal):
    member = make.member_with_login()
    before = details_of(member=member)

    with pytest.raises(refusal):
        corrected(member, now, **changes)

    member.refresh_from_db()
    assert details_of(member=member) == before


def test_a_birthday_is_given_once(now):
    member = make.member_with_login(birthday=date(1990, 5, 17))

    with pytest.raises(BirthdayIsSet):
        corrected(member, now, birthday=date(1991, 5, 17))


def test_what_somebody_else_saved_meanwhile_is_not_undone(now):
    member = make.member_with_login()
    shown = details_of(member=member).fingerprint
    Member.objects.filter(pk=member.pk).update(postal_code="1234 AB")

    with pytest.raises(DetailsHaveChanged):
        corrected(member, now, shown=shown, name="Anna Hoekstra", postal_code="")

    member.refresh_from_db()
    assert (member.postal_code, member.name) != ("", "Anna Hoekstra")
    assert member.postal_code == "1234 AB"


def test_a_second_press_of_the_same_button_is_no_conflict(now):
    member = make.member_with_login()
    shown = details_of(member=member).fingerprint
    corrected(member, now, name="Anna Hoekstra")

    assert corrected(member, now, shown=shown, name="Anna Hoekstra").name == "Anna Hoekstra"


def test_a_strange_name_that_staff_wrote_does_not_keep_one_from_the_rest(now):
    member = make.member_with_login(name="Fam. 2 Hoog & Zn")

    assert corrected(member, now, postal_code="1234 AB").postal_code == "1234 AB"
