"""What is wrong with a message is said in words that tell how to mend it."""

import pytest
from django.utils import translation

from mailroom.fault_words import WORDS, faults_in, sentence
from mailroom.message import Fault, Words, check_words

FACTS = {
    "most": "120",
    "length": "130",
    "written": "{x y}",
    "name": "nmae",
    "nearest": "name",
    "address": "ftp://a",
}


@pytest.fixture(autouse=True)
def _read_in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("code", WORDS)
def test_every_fault_has_its_words(code):
    said = sentence(Fault("subject", 1, code, FACTS))

    assert "%(" not in said
    assert said.endswith((".", "?"))


def test_a_fault_in_the_body_names_its_line():
    said = sentence(Fault("body", 3, "html"))

    assert said.startswith("Line 3: HTML")


def test_every_code_that_a_check_can_give_has_words():
    body = "{nmae} {a b} } <b> ![a](b) `x` [a](x:y) [a](http://a b) [b]({name}) \x00\n\n> q\n\n---"
    words = Words("a\nb" * 60, "", f"{body}\n\n|a|b|\n|-|-|\n|1|2|", "Go", "")

    faults = [*check_words(words, {"name"}), *check_words(Words("", body="", address="/"), ())]

    assert {fault.code for fault in faults} == set(WORDS)


def test_a_form_gets_the_sentences_by_field():
    found = faults_in(Words("Hi {frist_name}", body="Hello {first_name}"))

    assert list(found) == ["subject"]
    assert found["subject"] == [
        "There is no variable {frist_name}. Did you mean {first_name}?",
    ]
