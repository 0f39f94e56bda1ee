"""Letters in words: one source, two forms, in the reader's language and the business's tone."""

import pytest

from mailroom.wording import write_letter
from members.models import Branding
from tests import make

pytestmark = pytest.mark.django_db
LINK = "https://example.nl/join/abc/?a=1&b=2"


@pytest.fixture
def branding():
    return Branding.objects.create(
        name="Marktzicht",
        tone="warm",
        color="#7a1f5c",
        contact_email="hallo@marktzicht.example",
        contact_phone="020 123 45 67",
    )


def invitation(reader="Anna Visser", language="en", **facts):
    facts = {"is_known": False, "until": "1 December 2026"} | facts
    return write_letter(
        "invitation", language=language, reader=reader, url=LINK, now=make.NOW, **facts
    )


def test_both_forms_say_the_same(branding):
    letter = invitation(is_known=True)

    for sentence in ("Hi Anna,", "Marktzicht with a small group", "waiting for you", "1 December"):
        assert sentence in " ".join(letter.text.split())
        assert sentence in letter.html
    assert letter.subject == "Your invitation to Marktzicht"
    assert "hallo@marktzicht.example" in letter.text
    assert "hallo@marktzicht.example" in letter.html


def test_a_letter_has_one_button_and_its_address_in_words(branding):
    letter = invitation()

    assert letter.html.count('class="case"') == 1
    assert LINK in letter.text
    assert "a=1&amp;b=2" in letter.html


def test_what_does_not_fit_the_reader_is_left_out(branding):
    letter = invitation(is_known=False)

    assert "waiting for you" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize(
    ("tone", "reader", "greeting"),
    [
        ("warm", "Anna Visser", "Hi Anna,"),
        ("plain", "Anna", "Hello Anna,"),
        ("formal", "Anna Visser", "Dear Anna,"),
        ("warm", "", "Hi there,"),
        ("plain", "  ", "Hello,"),
        ("formal", "", "Dear customer,"),
    ],
)
def test_the_greeting_follows_the_tone_of_the_business(branding, tone, reader, greeting):
    Branding.objects.update(tone=tone)

    assert invitation(reader).text.startswith(greeting)


def test_a_name_brings_neither_markup_nor_lines(branding):
    letter = invitation("<b>Anna\nBcc: evil")

    assert letter.text.startswith("Hi <b>Anna,\n")
    assert "<b>" not in letter.html
    assert "Bcc" not in letter.text
    assert "\n" not in letter.subject


def test_a_name_that_leads_somewhere_is_not_said(branding):
    assert invitation("evil.example/win free").text.startswith("Hi there,")


def test_the_button_can_be_read_whatever_the_color(branding):
    Branding.objects.update(color="#ffff66")

    assert "#ffff66" not in invitation().html


def test_before_anybody_branded_it_a_letter_stands_by_itself():
    letter = invitation()

    assert letter.text.startswith("Hello Anna,")
    assert "None" not in letter.text + letter.html


def test_as_long_as_nobody_named_it_a_letter_calls_the_program_as_its_rules_do():
    make.published_program()

    assert invitation().subject == "Your invitation to Marktzicht"


def test_a_letter_speaks_the_readers_language(branding):
    assert 'lang="nl"' in invitation(language="nl").html
    assert "Hallo Anna" in invitation(language="nl", reader="Anna").text.replace("Hoi", "Hallo")
