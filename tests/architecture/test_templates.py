"""Templates compile, and hold neither script nor style."""

import re

import pytest
from django.template import engines

from tests.architecture.house import ROOT, named, template_files

INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE),
    "a style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style": re.compile(r"(^|\s)style\s*=\s*[\"'{]", re.IGNORECASE),
    "a handler": re.compile(r"(^|\s)on[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "a handler of htmx": re.compile(r"(^|\s)hx-on[:\-=]", re.IGNORECASE),
}
LETTER = ROOT / "templates" / "mailroom" / "letter_page.html"
"""Mail programs fetch no style sheet, and no policy of ours holds there."""
pages = pytest.mark.parametrize(
    "path", template_files(), ids=lambda path: str(path.relative_to(ROOT / "templates"))
)


@pages
def test_a_template_compiles(path):
    engine = engines["django"]

    assert engine.get_template(str(path.relative_to(ROOT / "templates")))


@pages
def test_a_template_holds_no_script_and_no_style(path):
    text = path.read_text(encoding="utf-8")

    found = inline(text, path)

    assert [line for line in found if path != LETTER or not line.endswith("a style sheet")] == []


def inline(text, path=ROOT):
    return [
        f"{named(path, number)} holds {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, found in INLINE.items()
        if found.search(line)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<a hx-on:click="go()">',
    ],
)
def test_what_stands_inline_is_recognized(text):
    assert inline(text)


@pytest.mark.parametrize(
    "text", ['<script src="x.js" defer></script>', '<script id="d" type="application/json">']
)
def test_a_script_of_its_own_is_no_inline_script(text):
    assert not inline(text)
