"""The frame of every message: branding, why it comes, how to stop it; in light and dark."""

import re

import pytest

from mailroom.layout import compile_for
from mailroom.look import PAGE, PAPER, SOFT, sheet_of, styles_of
from members.colors import contrast
from members.models import Branding
from tests import make

pytestmark = pytest.mark.django_db
CONTENT = {
    "nl": {
        "subject": "{first_name}, je hebt {points|nog geen punten}",
        "preheader": "Dit weekend",
        "body": "Kom *langs*.",
        "button": "Bekijk je punten",
        "address": "/book/",
    },
    "en": {"subject": "Your points", "preheader": "", "body": "Come *in*.", "button": ""},
}
FACTS = {
    "first_name": "Anna",
    "points": "12 punten",
    "stop_url": "https://klaver.example/stop/abc~def/",
}


@pytest.fixture
def branding():
    return Branding.objects.create(
        name="Marktzicht & Co",
        tone="warm",
        color="#7a1f5c",
        contact_email="hallo@marktzicht.example",
        contact_address="Marktplein 1, Haarlem",
    )


def filled(language="nl", topic="news", facts=FACTS):
    return compile_for(CONTENT, language, topic, make.NOW).fill(facts)


def test_a_mailing_has_the_house_around_it(branding):
    message = filled()

    assert message.subject == "Anna, je hebt 12 punten"
    assert "Marktzicht &amp; Co, Marktplein 1, Haarlem" in message.html
    assert "Marktzicht & Co\nMarktplein 1, Haarlem\nhallo@marktzicht.example" in message.text
    assert 'href="http://localhost:8000/book/"' in message.html
    assert "Bekijk je punten:\nhttp://localhost:8000/book/\n" in message.text
    assert ">Dit weekend&nbsp;" in message.html
    assert "Dit weekend" not in message.text


def test_marketing_says_how_to_stop_it_and_a_service_letter_why_it_comes_anyhow(branding):
    marketing, service = filled("en"), filled("en", topic="")

    for part in (marketing.html, marketing.text):
        assert FACTS["stop_url"] in part
        assert "news and offers" in " ".join(part.split())
    for part in (service.html, service.text):
        assert "stop" not in part.lower()
        assert "about your membership" in " ".join(part.split())


def test_without_a_button_there_is_none(branding):
    message = filled("en")

    assert 'class="case"' not in message.html
    assert "\n\n\n" not in message.text


def test_words_that_nobody_wrote_in_a_language_come_in_the_other(branding):
    content = {"nl": CONTENT["nl"]}

    assert compile_for(content, "en", "news", make.NOW).fill(FACTS).text.count("Kom langs.") == 1


def test_a_logo_comes_from_our_own_address_and_says_its_name_without_pictures(branding):
    Branding.objects.update(logo=b"x", logo_digest="abc")

    html = " ".join(filled().html.split())

    assert '<img src="http://localhost:8000/brand/logo-abc.png" height="40" alt="Marktzicht' in html


@pytest.mark.parametrize(
    ("color", "accent"),
    [
        ("#054a2b", "#076335"),
        ("#ffff66", "#ff99cc"),
        ("#000000", "#ffffff"),
        ("#888888", "#e4572e"),
    ],
)
def test_all_that_is_written_can_be_read_whatever_the_colors(color, accent):
    branding = Branding(color=color, accent=accent)
    rules = re.findall(r"background:(#\w{6})!important;color:(#\w{6})", sheet_of(branding))
    styles = [
        style for name, style in styles_of(branding).items() if name not in {"hidden", "logo"}
    ]
    pairs = [
        (re.search(r"background:(#\w{6})", style), re.search(r"(?<![-\w])color:(#\w{6})", style))
        for style in styles
    ]

    both = rules + [(ground[1], ink[1]) for ground, ink in pairs if ground and ink]
    assert len(both) >= 7
    assert min(contrast(*pair) for pair in [*both, (SOFT, PAGE), (SOFT, PAPER)]) >= 4.5


def test_a_name_brings_nothing_into_the_page(branding):
    Branding.objects.update(name="<b>Evil</b>{x}\ue000y\ue002")

    message = filled()

    assert "<b>" not in message.html
    assert "&lt;b&gt;Evil&lt;/b&gt;{x}" in message.html


def test_a_message_stays_small(branding):
    assert len(filled().html) < 5_500
