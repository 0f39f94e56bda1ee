"""The mails about logging in: ours in words and layout, at once, and with no address but ours."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from loyalty_site.adapter import LETTERS
from mailroom.models import Letter
from tests import make

pytestmark = pytest.mark.django_db
FACTS = {
    "code": "K3P7QX",
    "email": "anna@example.nl",
    "to_email": "new@example.nl",
    "from_email": "old@example.nl",
    "deleted_email": "old@example.nl",
}
NOTICE = {"timestamp": timezone.now(), "user_agent": "Firefox/140.0 Windows", "ip": "127.0.0.1"}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("prefix", LETTERS)
def test_each_mail_has_our_words_as_text_and_html(prefix, language):
    with translation.override(language):
        message = get_adapter().render_mail(prefix, "anna@example.nl", {**FACTS, **NOTICE})

    [html] = message.alternatives
    assert html.mimetype == "text/html"
    assert f'lang="{language}"' in html.content
    assert message.to == ["anna@example.nl"]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "IP" not in message.body
    assert "{" not in message.subject + message.body


def test_a_code_stands_large_in_the_mail_and_leaves_at_once_without_the_queue():
    member = make.member_with_login()

    Client().post("/accounts/login/code/", {"email": member.email})

    [message] = mail.outbox
    code = message.subject.split()[0]
    assert f">{code}</div>" in message.alternatives[0].content
    assert f"\n{code}\n" in message.body
    assert not Letter.objects.exists()


def test_a_link_leads_to_our_site_whatever_host_the_request_names():
    request = RequestFactory().get("/", headers={"host": "evil.example"})

    with context.request_context(request):
        message = get_adapter().render_mail("account/email/unknown_account", "a@b.example", FACTS)

    assert "evil.example" not in message.body + message.alternatives[0].content
    assert "http://localhost:8000/accounts/signup/" in message.body


def test_a_name_in_an_address_brings_no_header():
    message = get_adapter().render_mail(
        "account/email/login_code", "a@b.example", {"code": "A\r\nBcc: evil@example.nl"}
    )

    assert "\n" not in message.message()["Subject"]
    assert message.message()["Bcc"] is None


def test_a_mail_that_we_have_no_words_for_is_noticed():
    with pytest.raises(KeyError):
        get_adapter().render_mail("account/email/password_changed", "a@b.example", {})
