"""What a page may ask of the database, however long a member's history is."""

from datetime import timedelta

import pytest

from tests import make


@pytest.mark.parametrize(
    ("address", "queries"),
    # Each begins with the login and its member, and has the program once; the first page is kept
    # while nothing is posted, and asks whether the terms are accepted.
    [
        ("/", 3),
        ("/my/", 5),
        ("/my/points/", 8),
        ("/my/points/?kind=nothing", 3),
        ("/my/points/expiring/", 5),
        ("/my/points/claim/", 2),
        ("/my/card/", 3),
        ("/my/profile/", 7),
    ],
)
@pytest.mark.parametrize("purchases", [5, 40])
def test_pages_ask_the_database_exactly_this(
    door, member, settings, django_assert_num_queries, address, queries, purchases
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    make.terms(now=make.NOW - timedelta(days=1))
    for number in range(purchases):
        make.purchase(member, "20.00", at=make.NOW - timedelta(days=12 * number))
    door.get(address)

    with django_assert_num_queries(queries):
        door.get(address)
