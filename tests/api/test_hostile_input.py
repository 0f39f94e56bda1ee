"""Addresses, headers, days and figures that somebody made up to see what breaks."""

from urllib.parse import quote

import pytest

from members.models import Card, Member
from points.models import Purchase, Refund
from tests.api.test_doors import code_of
from tests.api.test_purchases import purchase

pytestmark = pytest.mark.django_db
STRANGE = [
    "\x00",
    "a\x00b",
    "\n",
    "%",
    "..",
    "é" * 64,
    "x" * 5_000,
    "9" * 400,
    "-1",
    "' OR 1=1 --",
    "\u202e",
    "\ufffe",
    "👩🏽‍🍳",
    " ",
]


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_number_or_receipt_is_nobodys(till, sanne, strange):
    odd = quote(strange, safe="")
    refund = {"refund": "B-1", "refunded_at": "2026-03-02T12:00:00Z", "total": "1.00"}

    for answer in (
        till.get(f"/members/{odd}"),
        till.get(f"/members/{odd}/statement?as_of=2026-03-01"),
        till.post(f"/purchases/chain/{odd}/refunds", refund),
        till.post(f"/purchases/{odd}/R-1/refunds", refund),
    ):
        assert answer.status_code == 404, answer.content
        assert code_of(answer)[1] in {"unknown_member", "unknown_purchase", "no_such_address"}
    assert not Refund.objects.exists()


@pytest.mark.parametrize("raw", ["%ff", "%ed%a0%80", "%c0%80", "%00%00"])
def test_an_address_that_is_not_utf_8_is_nobodys(till, sanne, raw):
    assert code_of(till.get(f"/members/{raw}")) == (404, "unknown_member")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("as_of=0001-01-01", 200),
        ("as_of=1969-12-31", 200),
        ("as_of=9999-12-30", 200),
        ("as_of=9999-12-31", 422),
        ("as_of=10000-01-01", 422),
        ("as_of=2026-02-30", 422),
        ("as_of=-1", 422),
        ("as_of=1772366400", 422),
        ("as_of=1772323200", 422),
        ("as_of=0", 422),
        ("as_of=2026-03-01T00:00:00Z", 422),
        ("as_of=２０２６-03-01", 422),
        ("as_of=99999999999999999999999", 422),
        ("as_of=", 422),
        ("as_of=%00", 422),
        ("as_of=%ed%a0%80", 422),
        ("", 422),
        ("as_of=2026-03-01&known_at=2026-03-01T12:00:00", 422),
        ("as_of=2026-03-01&known_at=9999-12-31T23:59:59Z", 422),
        ("as_of=2026-03-01&known_at=0001-01-01T00:00:00%2B14:00", 422),
        ("as_of=2026-03-01&known_at=now", 422),
        ("as_of=2026-03-01&as_of=2026-03-02", 200),
    ],
)
def test_a_day_that_never_was_is_told(till, sanne, asked, status):
    number = Card.objects.get(member=sanne).number

    answer = till.get(f"/members/{number}/statement?{asked}")

    assert answer.status_code == status, answer.content
    if status == 422:
        assert code_of(answer) == (422, "not_valid")
        assert answer.json()["details"]["fields"][0]["field"] in {"as_of", "known_at"}


@pytest.mark.parametrize("key", ["", " ", "k" * 65, "a b", "é", "\x7f", "a,b\x00"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(till, sanne, key):
    answer = till.post("/members", {}, **{"Idempotency-Key": key})

    assert code_of(answer) == (400, "no_idempotency_key")
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    "key",
    ["Bearer", "Bearer ", "bearer  x", "Basic eDp5", "Bearer \x00", "Bearer " + "k" * 100_000, "é"],
)
def test_a_strange_key_is_no_key(till, sanne, key):
    answer = till.get("/members/2000000000015", Authorization=key)

    assert answer.status_code == 401
    assert code_of(answer)[1] in {"no_key", "unknown_key"}


@pytest.mark.parametrize(
    "changes",
    [
        {"placed_at": "9999-12-31T23:59:59Z"},
        {"placed_at": "2026-03-01T25:00:00Z"},
        {"placed_at": "2026-03-01T12:00:00+99:99"},
        {"placed_at": 10**400},
        {"total": 10**400},
        {"total": "9" * 4_000},
        {"total": "NaN"},
        {"total": True},
        {"receipt": "\u0000"},
        {"receipt": "\udfff"},
        {"receipt": ["R-1"]},
        {"member": {"$ne": ""}},
        {"store": "\ud83d"},
        {"lines": [{"amount": "1.00", "quantity": "1e9"}]},
        {"lines": [{"amount": "1.00", "category": "\u0000"}]},
        {"lines": [{"amount": "1.00"}] * 501},
        {"\u0000": 1},
        {"\ud800": 1},
    ],
)
@pytest.mark.parametrize("path", ["/purchases", "/purchases/preview"])
def test_a_purchase_made_up_to_break_things_is_told(till, sanne, path, changes):
    assert code_of(till.post(path, purchase(sanne, **changes))) == (422, "not_valid")
    batch = till.post("/purchases/batch", {"purchases": [purchase(sanne, **changes)]})
    assert batch.status_code == 200, batch.content
    assert batch.json()["items"][0]["status"] == 422
    assert not Purchase.objects.exists()


def test_a_hundred_megabytes_are_refused_before_they_are_read(till, sanne):
    answer = till.http.post(
        "/api/v1/purchases/batch",
        b"{}",
        content_type="application/json",
        headers=till.headers | {"Content-Length": "100000000"},
    )

    assert code_of(answer) == (413, "too_large")
