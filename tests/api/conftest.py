"""A till with a key, speaking HTTP to the site."""

import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from members.actions.api_clients import create_client
from members.models import Scope
from tests import make


class Till:
    """Sends JSON with a key, and keeps what came back readable."""

    def __init__(self, key="", **headers):
        self.http = Client()
        self.headers = headers | ({"Authorization": f"Bearer {key}"} if key else {})

    def send(self, method, path, body=None, **headers):
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.http.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else content,
            content_type="application/json",
            headers={"Accept-Language": "en"} | self.headers | headers,
        )

    def post(self, path, body, **headers):
        return self.send("POST", path, body, **headers)

    def get(self, path, **headers):
        return self.send("GET", path, **headers)


@pytest.fixture
def source(db):
    return make.source("chain")


@pytest.fixture
def till(source):
    return till_with(*Scope.values, source=source)


def till_with(*scopes, source, name="Till 1", a_minute=100_000):
    made = create_client(
        name=name, source_id=source, scopes=scopes, a_minute=a_minute, now=make.NOW
    )
    return Till(made.secret)


@pytest.fixture
def sanne(db):
    make.published_program()
    return make.member(name="Sanne de Vries")


@pytest.fixture
def one_minute():
    """Let the clock stand, so that a slow machine does not begin another minute."""
    with time_machine.travel(timezone.now(), tick=False):
        yield
