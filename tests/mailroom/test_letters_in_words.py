"""Every letter that goes out by itself: whole, in both languages, as text and as HTML."""

import re

import pytest
from django.utils import translation

from mailroom.kinds import kinds_of_letters
from mailroom.reports.preview import preview, preview_letter
from members.models import Branding
from tests import make

pytestmark = pytest.mark.django_db
SOURCES = (
    *("invitation", "admitted", "second_factor", "consent"),
    *("points/welcome", "points/welcome_at_the_till", "points/expiring", "points/tier_reached"),
    "rewards/your_turn",
    *("account/login_code", "account/confirm_address", "account/account_already_exists"),
    *("account/unknown_account", "account/email_changed", "account/email_deleted"),
    *("account/totp_activated", "account/totp_deactivated", "account/recovery_codes_generated"),
    *("account/webauthn_added", "account/webauthn_removed"),
)


@pytest.fixture
def branding():
    return Branding.objects.create(name="Marktzicht", tone="warm")


def test_every_kind_is_offered():
    assert set(SOURCES) == set(kinds_of_letters())


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_letter_is_whole(branding, source, language, now):
    kind = kinds_of_letters()[source]

    letter = preview_letter(kind, language, None, now)

    for part in (letter.subject, letter.text, re.sub("<style>.*</style>", "", letter.html)):
        assert not re.search(r"[{}]|None|␞|[\ue000-\uf8ff]", part)
    assert letter.subject
    assert "\n\n\n" not in letter.text
    assert f'lang="{language}"' in letter.html
    assert 'href=""' not in letter.html
    for example in kind.facts.values():
        assert str(example) or source
    words = " ".join(letter.text.split())
    for paragraph in re.findall(r'<p style="margin:0 0 16px">(.*?)</p>', letter.html, re.DOTALL):
        plain = re.sub("<[^>]+>", "", paragraph).replace("&#x27;", "'").replace("&quot;", '"')
        assert " ".join(plain.split()) in words


@pytest.mark.parametrize("source", SOURCES)
def test_a_letter_uses_all_that_it_is_told(branding, source, now):
    kind = kinds_of_letters()[source]

    letter = preview_letter(kind, "en", None, now)

    with translation.override("en"):
        missing = [str(fact) for fact in kind.facts.values() if str(fact) not in letter.html]
    assert missing == []


def test_a_mailing_is_shown_as_a_member_gets_it(branding, now):
    make.published_program()
    member = make.member(name="Bram Bos", points=120)
    content = {"en": {"subject": "Hi {first_name}", "body": "You have {spendable|none}."}}

    theirs = preview(content, "en", member.pk, "news", now)
    example = preview(content, "en", None, "news", now)

    assert theirs.subject == "Hi Bram"
    assert "You have 120 points." in theirs.text
    assert example.subject == "Hi Anna"
    assert "1,120 points" in example.text
    assert "/stop/example/" in theirs.html
