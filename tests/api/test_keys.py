"""Keys and clients as a thief, a flood and a busy colleague would try them."""

import logging

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command

from members.actions.api_clients import LastKey, add_key, end_oldest_key
from members.models import ApiClient, ApiKey, Scope
from tests import make
from tests.api.conftest import Till, till_with
from tests.api.test_doors import code_of
from tests.api.test_purchases import purchase
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db


def secret_of(till):
    return till.headers["Authorization"].split()[1]


def test_no_log_holds_a_key(till, sanne, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("points.api.purchases.answer_of", lambda *_told, **_more: 1 / 0)
    till.http.raise_request_exception = False

    broken = till.post("/purchases", purchase(sanne))
    nobody = Till(secret_of(till) + "x").get("/members/2000000000015")
    strange = till.get("/members/%00")

    assert [one.status_code for one in (broken, nobody, strange)] == [500, 401, 404]
    assert code_of(broken) == (500, "our_fault")
    assert "ZeroDivisionError" in caplog.text
    assert secret_of(till) not in caplog.text


def test_what_a_key_opened_is_kept_by_nobody_on_the_way(till, sanne):
    for answer in (
        till.get(f"/members/{purchase(sanne)['member']}"),
        till.get("/members/2999999999999"),
        Till("klv_unknown").get("/members/2999999999999"),
    ):
        assert "no-store" in answer.headers["Cache-Control"]
    assert "Cache-Control" not in Till().get("/openapi.json").headers


def test_what_a_client_may_not_do_counts_in_its_minute_as_well(source, sanne, one_minute):
    till = till_with("members:read", source=source, a_minute=2)

    answers = [till.post("/purchases", purchase(sanne)).status_code for _ in range(3)]

    assert answers == [403, 403, 429]


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_as_many_pass_as_the_minute_has(transactional_db):
    make.published_program()
    number = purchase(make.member())["member"]
    till = till_with("members:read", source=make.source("chain"), a_minute=5)

    with time_machine.travel(make.NOW, tick=False):
        answers = at_once(lambda _: till.get(f"/members/{number}").status_code, 12)

    assert (answers.count(200), answers.count(429)) == (5, 7)


def test_without_a_counter_tills_go_on(till, sanne, settings, caplog):
    redis = settings.CACHES["default"]
    settings.CACHES = {"default": redis | {"LOCATION": "redis://localhost:1/0"}}

    answer = till.post("/purchases", purchase(sanne))

    assert answer.status_code == 201
    assert "not being counted" in caplog.text


def test_a_minute_that_ended_while_it_was_counted_lets_a_till_through(till, sanne, monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *_: False)

    assert till.post("/purchases", purchase(sanne)).status_code == 201


def test_ending_the_oldest_key_twice_leaves_the_new_one(source, sanne):
    old = till_with(*Scope.values, source=source)
    client = ApiClient.objects.get()
    new = Till(add_key(client_id=client.pk, now=make.NOW).secret)

    end_oldest_key(client_id=client.pk, now=make.NOW)
    with pytest.raises(LastKey):
        end_oldest_key(client_id=client.pk, now=make.NOW)

    assert old.post("/purchases", purchase(sanne)).status_code == 401
    assert new.post("/purchases", purchase(sanne)).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_the_oldest_key_at_once_one_is_refused(transactional_db):
    till_with("members:read", source=make.source("chain"))
    client = ApiClient.objects.get()
    add_key(client_id=client.pk, now=make.NOW)

    answers = at_once(lambda _: end_oldest_key(client_id=client.pk, now=make.NOW))

    assert [answer for answer in answers if answer == "last_key"] == ["last_key"]
    assert ApiKey.objects.live(make.NOW).count() == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["Till 4", "--a-minute", "0"], "requests a minute: Ensure"),
        (["Till 4", "--a-minute", "-1"], "requests a minute: Ensure"),
        (["  "], "name: This field cannot be blank"),
        (["x" * 81], "name: Ensure"),
    ],
)
def test_a_client_that_cannot_be_is_told_by_its_field(db, arguments, why):
    with pytest.raises(CommandError, match=why) as refused:
        call_command("create_api_client", *arguments)

    assert refused.value.returncode == 2
    assert not ApiClient.objects.exists()


def test_a_body_without_a_length_is_refused_and_not_taken_for_empty(till, sanne):
    answer = till.http.post(
        "/api/v1/purchases",
        content_type="application/json",
        headers=till.headers | {"Transfer-Encoding": "chunked"},
        CONTENT_LENGTH="",
    )

    assert code_of(answer) == (400, "unreadable")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE"])
def test_a_method_that_an_address_does_not_take_is_told_which_it_does(till, sanne, method):
    answer = till.send(method, f"/members/{purchase(sanne)['member']}")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/purchases/", "/members/", "/members/2000000000015/", "/docs/"])
def test_a_slash_too_many_leads_nowhere(till, sanne, path):
    assert code_of(till.post(path, purchase(sanne))) == (404, "no_such_address")


def test_json_is_what_everybody_gets_whatever_they_accept(till, sanne):
    for accept in ("text/html", "application/xml;q=1, */*;q=0", "", "é"):
        answer = till.post("/purchases/preview", purchase(sanne), Accept=accept)
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.status_code == 200


def test_what_is_packed_is_not_unpacked(till, sanne):
    packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xec\xfd"

    answer = till.post("/purchases", packed, **{"Content-Encoding": "gzip"})

    assert code_of(answer) == (400, "unreadable")


@pytest.mark.parametrize("receipt", ["Bon\u3000七", "a\u200bb", "2026\u00a0/1"])
def test_whatever_receipt_can_be_posted_can_be_given_back(till, sanne, receipt):
    till.post("/purchases", purchase(sanne, receipt=receipt))
    back = {"refund": "T-1", "refunded_at": "2026-03-02T10:00:00+01:00", "total": "10.00"}

    answer = till.post(f"/purchases/chain/{receipt}/refunds", back)

    assert answer.status_code == 201, answer.content
    assert answer.json()["purchase"] == receipt
