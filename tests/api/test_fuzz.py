"""Whatever comes in, the answer is one that the document promises."""

import json
import warnings
from contextlib import contextmanager
from copy import deepcopy

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from members.models import ApiClient, Card, Scope
from points.models import Purchase
from rewards.actions import wrong_tries
from rewards.actions.captures import capture_reservation
from rewards.models import Capture
from tests import make
from tests.api.conftest import till_with
from tests.api.test_document import CODES, DOCUMENT, OPERATIONS
from tests.api.test_purchases import purchase
from tests.rewards import tills

pytestmark = pytest.mark.django_db
APP = get_wsgi_application()
OPEN = deepcopy(DOCUMENT)
for _path in OPEN["paths"].values():
    for _operation in _path.values():
        # Or the generator takes keys away and makes up its own, whoever asks.
        del _operation["security"]
SCHEMA = schemathesis.openapi.from_dict(OPEN)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
CALLERS = ("nobody", "a till", "a till without the scope")
ONLY = {"nobody": 401, "a till without the scope": 403}
ELSEWHERE = {
    404: "no_such_address",
    405: "method_not_allowed",
}
"""A path parameter may make the address another one, or none."""


@pytest.fixture
def shop(till, sanne):
    """A till that sold something, so that some of what is asked is there."""
    till.post("/purchases", purchase(sanne, receipt="R-1"))
    assert Purchase.objects.count() == 1
    client = ApiClient.objects.get()
    voucher = tills.voucher(gives="gift_card", value="50.00", now=make.NOW, days=4_000)
    held = tills.reserved(voucher, client_id=client.pk, key="k-1")
    capture_reservation(reservation_id=held.pk, amount=None, actor="api:1", now=make.NOW)
    return till


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Let as many codes be wrong as the generator makes up; the limit has tests of its own."""
    monkeypatch.setattr(wrong_tries, "MOST_A_MINUTE", 10_000)
    monkeypatch.setattr(wrong_tries, "MOST_AN_HOUR", 10_000)


def headers_of(caller, shop, source, scope):
    if caller == "nobody":
        return {}
    if caller == "a till":
        return shop.headers
    others = [one for one in Scope.values if one != scope]
    return till_with(*others, source=source, name="Other").headers


@contextmanager
def one_connection():
    """Keep the test's own connection: a request would close it, and with it what is there."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def check(case, name, answer, caller):
    told = json.loads(answer.content)
    if told.get("code") == ELSEWHERE.get(answer.status_code, "?"):
        assert case.path_parameters
        return
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        assert told["code"] in CODES[name][answer.status_code]
    if caller in ONLY:
        assert answer.status_code == ONLY[caller]


def fuzz(name, caller, shop, source, examples):
    """Send what fits the document and what does not; return how many were answered as it says."""
    checked = []
    method, path, found = OPERATIONS[name]
    operation = SCHEMA[path][method.upper()]
    headers = headers_of(caller, shop, source, found["security"][0]["Key"][0])
    used = Capture.objects.get()
    known = {
        "number": Card.objects.get().number,
        "source": "chain",
        "receipt": "R-1",
        "reservation": str(used.reservation.reference),
        "capture": str(used.reference),
    }
    good = {
        "member": known["number"],
        "placed_at": "2026-03-01T12:00:00Z",
        "refunded_at": "2026-03-02T12:00:00Z",
    }

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data):
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if data.draw(st.booleans()):
            case.path_parameters = {key: known[key] for key in case.path_parameters or {}}
        if isinstance(case.body, dict):
            made_good = data.draw(st.sets(st.sampled_from(list(good))))
            case.body |= {key: good[key] for key in made_good & case.body.keys()}
        answer = case.call(app=APP, headers=headers)
        check(case, name, answer, caller)
        checked.append(answer.status_code)

    with warnings.catch_warnings(), one_connection():
        warnings.simplefilter("ignore")
        run()
    return len(checked)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_any_request_is_answered_as_the_document_says(name, caller, shop, source):
    examples = 20 if caller == "a till" else 6

    assert fuzz(name, caller, shop, source, examples) >= examples


@pytest.mark.drill
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_three_hundred_requests_are_answered_as_the_document_says(name, caller, shop, source):
    assert fuzz(name, caller, shop, source, examples=300) >= 300
