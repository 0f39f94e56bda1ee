"""What a page may ask of the database, however long a member's history is."""

from datetime import timedelta

import pytest

from tests import make


@pytest.mark.parametrize(
    ("address", "queries"),
    # Each begins with the login and the member, and has the branding and the program once.
    [
        ("/", 3),
        ("/my/", 10),
        ("/my/points/", 9),
        ("/my/points/?kind=nothing", 4),
        ("/my/points/expiring/", 6),
        ("/my/card/", 4),
        ("/my/profile/", 6),
    ],
)
@pytest.mark.parametrize("purchases", [5, 40])
def test_pages_ask_the_database_exactly_this(
    door, member, settings, django_assert_num_queries, address, queries, purchases
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    for number in range(purchases):
        make.purchase(member, "20.00", at=make.NOW - timedelta(days=12 * number))
    door.get(address)

    with django_assert_num_queries(queries):
        door.get(address)
