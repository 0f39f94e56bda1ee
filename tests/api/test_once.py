"""What an `Idempotency-Key` is compared by, which no endpoint shows as long as there is but one."""

import json

import pytest

from members.actions.api_clients import create_client
from members.api.auth import Caller
from members.api.once import fingerprints, once
from members.api.people import EnrollAnswer, EnrollBody
from members.models import SentRequest
from tests import make

pytestmark = pytest.mark.django_db
ANNA = EnrollBody(email="anna@example.nl")


@pytest.fixture
def caller(source):
    made = create_client(name="Till 1", source_id=source, scopes=["members:write"], now=make.NOW)
    return Caller(made.key.client, made.key)


@pytest.fixture
def source(db):
    return make.source("chain")


def test_one_key_at_two_addresses_is_two_requests(caller):
    answers = [
        once(
            caller=caller,
            route=route,
            key="k-1",
            body=ANNA,
            do=lambda route=route: (201, EnrollAnswer(member=route)),
        )
        for route in ("POST /members", "POST /vouchers")
    ]

    assert [json.loads(answer.content)["member"] for answer in answers] == [
        "POST /members",
        "POST /vouchers",
    ]
    assert SentRequest.objects.count() == 2


def test_what_was_sent_cannot_be_guessed_from_its_digest(settings):
    here = fingerprints(ANNA)
    settings.SECRET_KEY = "another site's"

    assert fingerprints(ANNA)["email"] != here["email"]
