"""Somebody at the door."""

import pytest
from django.test import Client

from tests import make


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def visitor(db):
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def program(db):
    return make.published_program(welcome_bonus=0)


@pytest.fixture
def member(program):
    return make.member_with_login(language="en")


@pytest.fixture
def door(member):
    """The portal as the member sees it, in English."""
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    return client_of(member.user)
