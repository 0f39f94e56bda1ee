"""Who may ask what, how often, and the one shape of every error."""

import pytest
from django.conf import settings

from members.actions.api_clients import add_key, end_key, stop_client
from members.models import ApiClient, ApiKey
from tests import make
from tests.api.conftest import Till, till_with
from tests.api.test_purchases import purchase

pytestmark = pytest.mark.django_db


def code_of(answer):
    assert set(answer.json()) == {"code", "message", "details"}
    return answer.status_code, answer.json()["code"]


def test_nobody_without_a_key_gets_anywhere(sanne):
    for till in (Till(), Till("klv_unknown"), Till("é")):
        answer = till.post("/purchases", purchase(sanne))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_scope_opens_its_own_endpoints_alone(source, sanne):
    reader = till_with("members:read", source=source)

    answer = reader.post("/purchases", purchase(sanne))

    assert code_of(answer) == (403, "missing_scope")
    assert answer.json()["details"] == {"scope": "purchases:write"}


def test_an_ended_key_and_a_stopped_client_open_nothing(source, sanne):
    till = till_with("purchases:write", source=source)
    client, now = ApiClient.objects.get(), make.NOW
    second = Till(add_key(client_id=client.pk, now=now).secret)

    assert till.post("/purchases", purchase(sanne)).status_code == 201
    assert second.post("/purchases", purchase(sanne)).status_code == 200
    end_key(key_id=ApiKey.objects.earliest("pk").pk, now=now)
    assert code_of(till.post("/purchases", purchase(sanne))) == (401, "unknown_key")
    assert second.post("/purchases", purchase(sanne)).status_code == 200
    stop_client(client_id=client.pk, now=now)
    assert code_of(second.post("/purchases", purchase(sanne))) == (401, "unknown_key")


def test_a_key_is_kept_nowhere_and_its_use_is(source, sanne):
    till = till_with("purchases:write", source=source)
    secret = till.headers["Authorization"].split()[1]

    till.post("/purchases", purchase(sanne))

    row = ApiKey.objects.values().get()
    assert secret not in str(row)
    assert row["used_at"] is not None


def test_a_client_waits_once_it_asks_too_often(source, sanne, one_minute):
    till = till_with("purchases:write", source=source, a_minute=2)
    answers = [till.post("/purchases", purchase(sanne)) for _ in range(4)]

    assert code_of(answers[-1]) == (429, "too_many_requests")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    other = till_with("purchases:write", source=source, name="Till 2", a_minute=2)
    assert other.post("/purchases", purchase(sanne)).status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/nothing", "GET", (404, "no_such_address")),
        ("/purchases", "GET", (405, "method_not_allowed")),
        ("/purchases", "DELETE", (405, "method_not_allowed")),
        ("/members/2000000000015/nothing", "GET", (404, "no_such_address")),
    ],
)
def test_what_is_not_there_has_the_same_shape(till, path, method, expected):
    assert code_of(till.send(method, path)) == expected


DEEP = "[" * 10_000 + "]" * 10_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", (422, "not_valid")),
        ("{", (400, "unreadable")),
        (b"\xff\xfe", (400, "unreadable")),
        (DEEP, (400, "unreadable")),
        ('{"receipt": ' + DEEP + "}", (400, "unreadable")),
        ('{"total": NaN}', (400, "unreadable")),
        ('{"total": ' + "9" * 10_000 + "}", (400, "unreadable")),
        ('{"receipt": "a", "receipt": "b"}', (400, "unreadable")),
        ("[]", (422, "not_valid")),
        ("null", (422, "not_valid")),
        ('"text"', (422, "not_valid")),
        ("{}", (422, "not_valid")),
    ],
)
def test_a_body_that_is_no_purchase_is_told(till, sanne, body, expected):
    assert code_of(till.post("/purchases", body)) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", 25.5),
        ("total", 25),
        ("total", "25,50"),
        ("total", "1e3"),
        ("total", "-1.00"),
        ("total", "25.505"),
        ("total", "10000000"),
        ("total", "٥"),
        ("total", None),
        ("placed_at", "2026-03-01T12:00:00"),
        ("placed_at", 1772366400),
        ("placed_at", "2026-03-01"),
        ("placed_at", "9999-12-31T23:59:59-23:00"),
        ("placed_at", "0001-01-01T00:00:00+23:00"),
        ("placed_at", "2026-02-30T12:00:00Z"),
        ("currency", "USD"),
        ("currency", "eur"),
        ("receipt", ""),
        ("receipt", "x" * 65),
        ("receipt", "a\x00b"),
        ("receipt", "\ud800"),
        ("receipt", " r"),
        ("receipt", 7),
        ("member", None),
        ("store", "a\nb"),
        ("store", "x" * 65),
        ("lines", {}),
        ("lines", [{"amount": 1}]),
        ("colour", "red"),
    ],
)
def test_a_field_that_is_wrong_is_named(till, sanne, field, value):
    answer = till.post("/purchases", purchase(sanne, **{field: value}))

    assert code_of(answer) == (422, "not_valid"), answer.content
    assert any(
        fault["field"].split(".")[0] == field for fault in answer.json()["details"]["fields"]
    )
    assert make.balance(sanne) == 0 if hasattr(sanne, "account") else True


def test_a_body_that_is_too_large_is_not_read(till, sanne):
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    answer = till.post("/purchases", b" " * (most + 1))

    assert code_of(answer) == (413, "too_large")
    assert answer.json()["details"] == {"most_bytes": most}
    assert code_of(till.post("/purchases", b" " * most)) == (400, "unreadable")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"placed_at": "2199-12-31T12:00:00Z"}, (409, "in_the_future")),
        ({"placed_at": "1995-01-01T12:00:00Z"}, (409, "outside_program")),
        ({"member": "2999999999999"}, (404, "unknown_member")),
    ],
)
def test_what_the_ledger_refuses_is_told(till, sanne, changes, expected):
    assert code_of(till.post("/purchases", purchase(sanne, **changes))) == expected
