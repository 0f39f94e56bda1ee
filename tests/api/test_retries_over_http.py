"""Sent twice, fifty times or into a connection that breaks: done once, told the same."""

import json
import time
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction

from members.models import Card, Member, SentRequest
from points.models import Entry, Purchase, Refund
from points.reports.verification import verify_ledger
from tests import make
from tests.api.conftest import till_with
from tests.api.test_purchases import purchase
from tests.api.wire import Wire, served
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50
ANNA = {"email": "anna@example.nl", "name": "Anna Visser"}
KEY = {"Idempotency_Key": "till3-000187"}
REFUND = {"refund": "T-1", "refunded_at": "2026-03-02T10:00:00+01:00", "total": "10.00"}


@pytest.fixture(scope="module")
def url():
    with served() as address:
        yield address


@pytest.fixture
def source(transactional_db):
    return make.source("chain")


@pytest.fixture
def wire(url, till):
    return Wire(url, till)


@pytest.fixture
def sanne(transactional_db):
    make.published_program()
    return make.member(name="Sanne de Vries")


@contextmanager
def no_answer_can_be_kept(held):
    """Hold the table of the answers, and go on once a request waits for it with all else done."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_sentrequest IN SHARE MODE")
        held.set()
        wait_for_waiting(1)
        yield


def told(answers):
    """Return how often each status came, and the different bodies."""
    statuses = [status for status, _content, _headers in answers]
    counted = {status: statuses.count(status) for status in set(statuses)}
    return counted, {content for _status, content, _headers in answers}


def sound():
    return verify_ledger().violations == []


def test_fifty_tills_that_send_one_purchase_at_once_post_it_once(wire, sanne):
    body = purchase(sanne)

    counted, bodies = told(at_once(lambda _: wire.post("/purchases", body), MANY))

    assert counted == {201: 1, 200: MANY - 1}
    assert len(bodies) == 1
    assert (Purchase.objects.count(), Entry.objects.count(), make.balance(sanne)) == (1, 1, 25)
    assert sound()


def test_fifty_tills_that_send_one_refund_at_once_take_it_once(wire, sanne):
    wire.post("/purchases", purchase(sanne))

    counted, bodies = told(
        at_once(lambda _: wire.post("/purchases/chain/R-1/refunds", REFUND), MANY)
    )

    assert counted == {201: 1, 200: MANY - 1}
    assert len(bodies) == 1
    assert (Refund.objects.count(), make.balance(sanne)) == (1, 15)
    assert sound()


def test_one_batch_sent_by_many_at_once_posts_each_purchase_once(wire, sanne):
    others = [make.member() for _ in range(4)]
    items = [
        purchase(one, receipt=f"R-{number}") for number, one in enumerate([sanne, *others] * 4)
    ]

    answers = at_once(lambda _: wire.post("/purchases/batch", {"purchases": items}), 10)

    batches = [json.loads(content) for _status, content, _headers in answers]
    assert {status for status, _content, _headers in answers} == {200}
    assert sum(batch["posted"] for batch in batches) == len(items)
    assert sum(batch["repeated"] for batch in batches) == 9 * len(items)
    assert len({json.dumps([item["answer"] for item in one["items"]]) for one in batches}) == 1
    assert Purchase.objects.count() == len(items)
    assert sound()


def test_one_receipt_sent_for_many_members_at_once_goes_to_one_of_them(wire, sanne):
    bodies = [purchase(sanne), *(purchase(make.member()) for _ in range(7))]

    counted, _bodies = told(at_once(lambda number: wire.post("/purchases", bodies[number]), 8))

    assert counted == {201: 1, 409: 7}
    assert Purchase.objects.count() == 1
    assert sound()


@pytest.mark.parametrize("many", [10, pytest.param(MANY, marks=pytest.mark.drill)])
def test_purchases_of_one_member_at_once_are_all_posted_one_after_another(wire, sanne, many):
    bodies = [purchase(sanne, receipt=f"R-{number}") for number in range(many)]

    answers = at_once(lambda number: wire.post("/purchases", bodies[number]), many)

    assert {status for status, _content, _headers in answers} == {201}
    balances = sorted(json.loads(content)["balance"] for _status, content, _headers in answers)
    assert balances == [25 * number for number in range(1, many + 1)]
    again = [wire.post("/purchases", body)[1] for body in bodies]
    assert again == [content for _status, content, _headers in answers]
    assert sound()


def test_fifty_tills_that_enroll_under_one_key_at_once_enroll_one_member(wire, sanne):
    answers = at_once(lambda _: wire.post("/members", ANNA, **KEY), MANY)

    done = {content for status, content, _headers in answers if status == 201}
    waiting = [(content, headers) for status, content, headers in answers if status != 201]
    member = Member.objects.get(email=ANNA["email"])
    assert [json.loads(content) for content in done] == [
        {"member": Card.objects.get(member=member).number}
    ]
    assert {json.loads(content)["code"] for content, _headers in waiting} <= {"still_running"}
    assert all(int(headers["Retry-After"]) >= 1 for _content, headers in waiting)
    assert wire.post("/members", ANNA, **KEY)[:2] == (201, done.pop())


def test_while_the_first_is_being_carried_out_the_second_is_asked_to_wait(wire, sanne):
    held = Event()

    def send_or_hold(number):
        if number == 0:
            held.wait(30)
            return wire.post("/members", ANNA, **KEY)
        with no_answer_can_be_kept(held):
            return wire.post("/members", ANNA, **KEY)

    first, second = at_once(send_or_hold)

    assert (second[0], json.loads(second[1])["code"]) == (409, "still_running")
    assert second[2]["Retry-After"] == "1"
    assert first[0] == 201
    assert wire.post("/members", ANNA, **KEY)[:2] == first[:2]
    assert Member.objects.filter(email=ANNA["email"]).count() == 1


def test_what_was_done_and_its_answer_are_kept_together_or_not_at_all(wire, sanne):
    held = Event()

    def send_or_break(number):
        if number == 0:
            held.wait(30)
            return wire.post("/members", ANNA, **KEY)
        with no_answer_can_be_kept(held), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        return None

    broken, _ = at_once(send_or_break)

    assert broken[0] == 500
    assert not Member.objects.filter(email=ANNA["email"]).exists()
    assert not SentRequest.objects.exists()
    assert wire.post("/members", ANNA, **KEY)[0] == 201


def test_the_same_key_with_other_content_is_refused_and_names_what_differs(wire, sanne):
    wire.post("/members", ANNA, **KEY)

    status, content, _headers = wire.post("/members", {"email": "bram@example.nl"}, **KEY)

    assert status == 409
    assert json.loads(content)["details"] == {"different": ["email", "name"]}
    assert not Member.objects.filter(email="bram@example.nl").exists()


def test_another_clients_key_is_independent_even_at_the_same_moment(url, wire, source, sanne):
    other = Wire(url, till_with("members:write", source=source, name="Shop"))
    people = [(wire, ANNA), (other, {"email": "bram@example.nl"})]

    answers = at_once(lambda number: people[number][0].post("/members", people[number][1], **KEY))

    assert [status for status, _content, _headers in answers] == [201, 201]
    assert SentRequest.objects.count() == 2


def test_what_is_invalid_or_refused_keeps_nothing_and_the_key_stays_free(wire, sanne):
    taken = make.member(email="bram@example.nl")

    unkeyed = wire.post("/members", ANNA)
    invalid = wire.post("/members", ANNA | {"email": "anna"}, **KEY)
    refused = wire.post("/members", ANNA | {"email": taken.email}, **KEY)
    unposted = wire.post("/purchases", purchase(sanne, placed_at="2999-01-01T00:00:00Z"))
    early = wire.post("/purchases", purchase(sanne, placed_at="2019-01-01T00:00:00Z"))

    assert [answer[0] for answer in (unkeyed, invalid, refused)] == [400, 422, 409]
    assert [answer[0] for answer in (unposted, early)] == [422, 409]
    assert not SentRequest.objects.exists()
    assert not Purchase.objects.exists()
    assert wire.post("/members", ANNA, **KEY)[0] == 201
    assert wire.post("/purchases", purchase(sanne))[0] == 201


def wait_for(found):
    """Wait until there is something, as it is from its commit on."""
    for _ in range(3_000):
        if found.exists():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def send_into_the_dark(wire, number, path, body, found, **headers):
    """Send a request of which no answer arrives: cut at once, cut after COMMIT, or lost there."""
    match number % 3:
        case 0:
            wire.post_and_lose(path, body, **headers)
        case 1:
            wire.post_and_cut(path, body, until=lambda: wait_for(found), **headers)
        case _:
            wire.post_and_cut(path, body, **headers)


def send_until_told(wire, path, body, **headers):
    """Send again as a till does, and wait when asked to."""
    for _ in range(100):
        answer = wire.post(path, body, **headers)
        if answer[0] != 409:
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


def cut_connections(wire, sanne, times):
    """Buy so often without hearing of it; return how many purchases and points there are."""
    for number in range(times):
        body = purchase(sanne, receipt=f"R-{number}", total="1.00")
        found = Purchase.objects.filter(receipt=body["receipt"])
        send_into_the_dark(wire, number, "/purchases", body, found)

        status, content, _headers = send_until_told(wire, "/purchases", body)

        assert status in ({200} if number % 3 < 2 else {200, 201})
        assert json.loads(content)["balance"] == number + 1
        assert wire.post("/purchases", body)[:2] == (200, content)
    return Purchase.objects.count(), make.balance(sanne)


def cut_enrollments(wire, times):
    """Enroll so often without hearing of it; return how many answers were kept."""
    for number in range(times):
        body = {"email": f"anna{number}@example.nl"}
        key = {"Idempotency_Key": f"till3-{number}"}
        found = SentRequest.objects.filter(key=key["Idempotency_Key"])
        send_into_the_dark(wire, number, "/members", body, found, **key)

        status, content, _headers = send_until_told(wire, "/members", body, **key)

        assert (status, content.decode()) == (201, found.get().answer)
        assert wire.post("/members", body, **key)[:2] == (201, content)
        assert Member.objects.filter(email=body["email"]).count() == 1
    return SentRequest.objects.count()


def test_a_purchase_whose_answer_never_arrived_is_sent_again_safely(wire, sanne):
    assert cut_connections(wire, sanne, times=9) == (9, 9)
    assert sound()


def test_an_enrollment_whose_answer_never_arrived_is_sent_again_safely(wire, sanne):
    assert cut_enrollments(wire, times=9) == 9


@pytest.mark.drill
def test_two_hundred_connections_cut_after_commit_double_nothing_and_lose_nothing(wire, sanne):
    # Of three one is cut at once, without waiting for the COMMIT.
    assert cut_connections(wire, sanne, times=300) == (300, 300)
    assert sound()


@pytest.mark.drill
def test_two_hundred_enrollments_cut_after_commit_double_nothing_and_lose_nothing(wire, sanne):
    assert cut_enrollments(wire, times=300) == 300
