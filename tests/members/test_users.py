"""Who may log in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.models import User
from tests import make

pytestmark = pytest.mark.django_db


def test_a_login_needs_an_address_and_no_password():
    user = User.objects.create_user(" Sanne@Example.NL ")

    assert user.email == "sanne@example.nl"
    assert not user.has_usable_password()


def test_nobody_has_two_logins_by_capitals():
    make.login(email="sanne@example.nl")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.login(email="SANNE@example.nl")


def test_the_database_holds_addresses_in_small_letters():
    user = make.login()

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Sanne@example.nl")


def test_a_form_writes_an_address_in_small_letters():
    user = User(email="Sanne@Example.nl")
    user.set_unusable_password()

    user.full_clean()

    assert user.email == "sanne@example.nl"


def test_a_form_refuses_an_address_with_a_nul():
    user = User(email="sanne\x00@example.nl", password="!")

    with pytest.raises(ValidationError):
        user.full_clean()


def test_a_login_is_found_however_its_address_is_typed():
    user = make.login(email="sanne@example.nl")

    assert User.objects.get_by_natural_key("Sanne@Example.NL") == user


def test_a_superuser_works_here():
    boss = User.objects.create_superuser("boss@example.nl")

    assert (boss.is_staff, boss.is_superuser) == (True, True)


def test_a_login_is_called_by_name_or_else_by_address():
    named, nameless = make.login(name="Sanne de Vries"), make.login(email="x@example.nl", name="")

    assert (named.get_full_name(), named.get_short_name()) == ("Sanne de Vries", "Sanne")
    assert (nameless.get_full_name(), nameless.get_short_name()) == ("x@example.nl",) * 2
    assert str(nameless) == "x@example.nl"
