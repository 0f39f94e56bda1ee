"""Finding one person by what they tell."""

from datetime import date

import pytest

from members.lookup import Person
from members.models import Member
from members.reports.counter import MOST_SHOWN, find_people
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    made = make.member(name="Anna Visser", birthday=date(1980, 3, 12))
    Member.objects.filter(pk=made.pk).update(postal_code="1234 AB")
    return made


@pytest.mark.parametrize(
    "person",
    [
        Person(("anna",)),
        Person((), "1234"),
        Person((), "", date(1980, 3, 12)),
        Person(("a",), "1234"),
    ],
)
def test_too_little_finds_nobody_whoever_asks(anna, person, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_people((person,)).members == ()


def test_the_first_reading_that_fits_is_taken(anna):
    readings = (Person(("anna",), "1234 XX"), Person(("visser",), "1234"), Person(("anna",), "12"))

    assert find_people(readings).members == (anna,)


def test_all_that_is_told_must_fit(anna):
    assert not find_people((Person(("anna",), "1234", date(1980, 3, 13)),)).members


def test_of_too_many_none_is_returned(anna):
    for _ in range(MOST_SHOWN):
        make.member(name="Anna Bakker", birthday=date(1980, 3, 12))

    found = find_people((Person(("anna",), "", date(1980, 3, 12)),))

    assert (found.members, found.too_many) == ((), True)
