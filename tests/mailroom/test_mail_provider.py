"""Which provider carries the mail: what could not work is refused at the start, in a sentence."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from loyalty_site.mail_provider import NEEDED, SECRET, provider_settings, read_pairs
from mailroom.webhooks import READERS

GOOD = {"POSTMARK_SERVER_TOKEN": "t", SECRET: "klaver:a-long-random-password"}


def test_without_a_provider_nothing_changes():
    assert provider_settings("", {}, "smtp://x") == {"EMAIL_PROVIDER": "", "ANYMAIL": {}}


def test_a_provider_is_its_backend_and_counts_no_opening():
    found = provider_settings("postmark", GOOD, "")

    assert found["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    assert found["ANYMAIL"]["SEND_DEFAULTS"] == {"track_opens": False, "track_clicks": False}
    assert found["ANYMAIL"][SECRET] == GOOD[SECRET]


@pytest.mark.parametrize(
    ("provider", "told", "email_url", "named"),
    [
        ("sendpigeon", GOOD, "", "sendpigeon"),
        ("postmark", {}, "", SECRET),
        ("postmark", {"POSTMARK_SERVER_TOKEN": "t"}, "", SECRET),
        ("postmark", {SECRET: GOOD[SECRET]}, "", "POSTMARK_SERVER_TOKEN"),
        ("postmark", GOOD | {SECRET: "no-colon-in-this-secret"}, "", "name and a password"),
        ("postmark", GOOD | {SECRET: "klaver:short"}, "", "name and a password"),
        ("postmark", GOOD, "smtp://x", "EMAIL_URL"),
    ],
)
def test_what_could_not_work_is_refused_by_name(provider, told, email_url, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        provider_settings(provider, told, email_url)


def test_every_provider_has_a_door_and_no_other():
    assert set(READERS) == set(NEEDED)


@pytest.mark.parametrize("provider", NEEDED)
def test_every_door_and_every_backend_opens_with_what_it_needs(provider, settings, client):
    told = dict.fromkeys(NEEDED[provider], "key") | {SECRET: GOOD[SECRET]}
    for name, value in provider_settings(provider, told, "").items():
        setattr(settings, name, value)

    assert client.post(f"/anymail/{provider}/tracking/").status_code == 401


def test_pairs_are_read_whatever_their_values_hold():
    assert read_pairs("A=b=c, D=e:f,") == {"A": "b=c", "D": "e:f"}
    with pytest.raises(ImproperlyConfigured, match="NAME=value"):
        read_pairs("secret")


def test_the_program_does_not_start_with_a_provider_it_cannot_use():
    asked = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {"EMAIL_PROVIDER": "postmark", "ANYMAIL": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode != 0
    assert "ANYMAIL: postmark also needs" in asked.stderr
