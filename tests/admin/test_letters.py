"""Letters in the back office: read by who may, sent again where they got stuck."""

import pytest

from mailroom.models import Letter
from members.models import StaffAct
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/mailroom/letter/"


@pytest.fixture
def letters():
    """A letter in each state, by state."""
    found = {}
    for state in Letter.State.values:
        letter = make.letter(text="<script>alert(1)</script>")
        sent_at = make.NOW if state == "sent" else None
        Letter.objects.filter(pk=letter.pk).update(state=state, sent_at=sent_at, fault="450 busy")
        found[state] = letter
    return found


def rows(answer) -> list:
    return list(answer.context["cl"].result_list)


@pytest.mark.parametrize("state", Letter.State.values)
def test_letters_are_filtered_by_state(desk, letters, state):
    assert rows(desk.get(LIST, {"state__exact": state})) == [letters[state]]


def test_letters_are_found_by_the_beginning_of_an_address(desk, letters):
    letter = letters["sent"]

    assert rows(desk.get(LIST, {"q": letter.to[:-3].upper()})) == [letter]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_stuck_letter_waits_again_with_who_and_why(desk, boss, letters, state):
    letter = letters[state]

    desk.post(f"{LIST}{letter.pk}/send-again/", {"reason": "The server is up"})

    letter.refresh_from_db()
    assert (letter.state, letter.fault) == ("waiting", "")
    act = StaffAct.objects.on(letter).get()
    assert (act.staff, act.reason) == (boss, "The server is up")


@pytest.mark.parametrize("state", ["waiting", "sending", "sent"])
def test_a_letter_that_is_not_stuck_has_no_such_button(desk, letters, state):
    letter = letters[state]

    page = desk.get(f"{LIST}{letter.pk}/change/").content.decode()
    answer = desk.post(f"{LIST}{letter.pk}/send-again/", {"reason": "Why not"})

    assert "send-again" not in page
    assert answer.context["form"].non_field_errors()
    assert Letter.objects.get(pk=letter.pk).state == state


def test_a_letter_is_shown_as_text(desk, letters):
    page = desk.get(f"{LIST}{letters['sent'].pk}/change/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_who_may_only_read_sends_nothing_again(desk_of, letters):
    reader, address = desk_of("mailroom.view_letter"), f"{LIST}{letters['failed'].pk}/send-again/"

    assert reader.get(address).status_code == 403
    assert reader.post(address, {"reason": "Please"}).status_code == 403


def test_the_list_asks_as_little_for_many_as_for_one(
    desk, django_assert_max_num_queries, django_assert_num_queries
):
    make.letter()
    desk.get(LIST)
    with django_assert_max_num_queries(12) as first:
        desk.get(LIST)
    for _ in range(5):
        make.letter()

    with django_assert_num_queries(len(first)):
        desk.get(LIST)
