"""Mail by a provider: what it raises and says becomes the same outcomes as over SMTP."""

from smtplib import SMTPRecipientsRefused, SMTPSenderRefused
from time import monotonic

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused

from mailroom.mail import Mail
from mailroom.outcome import Sent
from mailroom.transport import our_sender, transport
from tests.mailroom.providers import Provider
from tests.make import NOW

pytestmark = pytest.mark.django_db


def api_error(status):
    response = None if status is None else requests.Response()
    if response is not None:
        response.status_code = status
    return AnymailAPIError("the provider says no", status_code=status, response=response)


def send(settings, *answers):
    settings.EMAIL_BACKEND = "tests.mailroom.providers.Provider"
    Provider.answers, Provider.taken = list(answers), []
    sent = Sent()
    mails = [Mail(n, f"delivery-{n}", f"r{n}@example.nl", 'A "b"', "s", "t", "") for n in (1, 2)]
    transport().send(mails, our_sender(), sent=sent, now=NOW, until=monotonic() + 60)
    fates = {key: outcome.fate.name for key, outcome in sent.outcomes.items()}
    return fates, sent.trouble and sent.trouble.name


@pytest.mark.parametrize(
    ("answer", "fates", "trouble"),
    [
        ("queued", {1: "TAKEN", 2: "TAKEN"}, None),
        ("rejected", {1: "REFUSED", 2: "TAKEN"}, None),
        (AnymailRecipientsRefused("all of them"), {1: "REFUSED", 2: "TAKEN"}, None),
        (AnymailInvalidAddress("no address"), {1: "REFUSED", 2: "TAKEN"}, None),
        (api_error(422), {1: "REFUSED", 2: "TAKEN"}, None),
        (api_error(429), {1: "REFUSED_FOR_NOW"}, "THROTTLED"),
        (api_error(401), {}, "REFUSES_US"),
        (api_error(502), {1: "IN_DOUBT"}, "BROKEN"),
        (api_error(None), {1: "IN_DOUBT"}, "BROKEN"),
        (OSError("the line broke"), {1: "IN_DOUBT"}, "BROKEN"),
        (SMTPSenderRefused(550, b"no", "us"), {}, "REFUSES_US"),
        (SMTPRecipientsRefused({"a": (450, b"no")}), {1: "REFUSED_FOR_NOW", 2: "TAKEN"}, None),
    ],
)
def test_what_a_provider_does_has_one_meaning(settings, answer, fates, trouble):
    assert send(settings, answer) == (fates, trouble)


def test_a_name_cannot_break_out_of_its_place(settings):
    send(settings, "queued")

    assert Provider.taken[0].to == ['"A \\"b\\"" <r1@example.nl>']
