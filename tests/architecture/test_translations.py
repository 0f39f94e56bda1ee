"""Every word is there in Dutch, and what is compiled is what was written."""

import ast
import re
from datetime import date
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override
from django.utils.translation.template import templatize

from tests.architecture.house import ROOMS, ROOT, named, python_files, template_files, tree

LOCALE = ROOT / "loyalty_site" / "locale"
CATALOGS = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
SOURCE_LANGUAGE = "en"
catalogs = pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])

# How many of a call's first arguments are context, singular and plural.
SINGULAR, PLURAL, CONTEXT = "s", "sp", "cs"
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), SINGULAR),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), "csp"),
}
CALL = re.compile(rf"(?<![\w.])({'|'.join(CALLS)})\s*\(")
PLACES = re.compile(r"%\(\w+\)[a-z]|%[sdif]")


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="django")


def texts(catalog):
    """Map (context, id) to what a catalog says, the header left out."""
    return {
        (message.context, frozen(message.id)): frozen(message.string)
        for message in catalog
        if message.id
    }


def frozen(text):
    """Singular and plural as a tuple, however the reader gives them."""
    return tuple(text) if isinstance(text, tuple | list) else text


def called(call):
    """Return (context, id) of a call that asks for a translation, or None."""
    func = call.func
    name = getattr(func, "id", None) or getattr(func, "attr", None)
    shape = CALLS.get(name or "")
    words = [
        argument.value if isinstance(argument, ast.Constant) else None
        for argument in call.args[: len(shape or "")]
    ]
    if not shape or len(words) < len(shape) or not all(isinstance(word, str) for word in words):
        return None
    said = dict(zip(shape, words, strict=True))
    plural = (said["s"], said["p"]) if "p" in said else said["s"]
    return said.get("c"), plural


def asked_in(module):
    """Yield (node, (context, id)) of every text that a module wants translated."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (asked := called(node)):
            yield node, asked


def asked_in_template(text):
    """Yield (context, id) of every text in a template, by the way makemessages reads it."""
    code = templatize(text)
    for start in CALL.finditer(code):
        call = shortest_call(code[start.start() :])
        if call is not None and (asked := called(call)):
            yield asked


def shortest_call(code):
    """Parse the call that a text begins with."""
    for end in re.finditer(r"\)", code):
        try:
            parsed = ast.parse(code[: end.end()].replace("\n", " "), mode="eval").body
        except SyntaxError:
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


def wanted():
    """Map each text that the program shows to a place where it stands."""
    found = {}
    for path in python_files(*ROOMS):
        for node, asked in asked_in(tree(path)):
            found.setdefault(asked, named(path, node))
    for path in template_files():
        for asked in asked_in_template(path.read_text(encoding="utf-8")):
            found.setdefault(asked, named(path, 1))
    return found


def test_every_other_language_has_a_catalog():
    written = {path.parts[-3] for path in CATALOGS}

    assert {code for code, _ in settings.LANGUAGES} - {SOURCE_LANGUAGE} <= written


@catalogs
def test_no_translation_is_missing_or_a_guess(path):
    unfinished = [
        f"line {message.lineno}: {message.id}"
        for message in read(path)
        if message.id and (message.fuzzy or not all(strings(message)))
    ]

    assert unfinished == []


def strings(message):
    return message.string if isinstance(message.string, tuple | list) else [message.string]


@catalogs
def test_a_translation_keeps_the_places_of_figures_and_names(path):
    lost = [
        f"line {message.lineno}: {message.id}"
        for message in read(path)
        if message.id and not places_kept(message)
    ]

    assert lost == []


def places_kept(message):
    *singular, plural = message.id if isinstance(message.id, tuple | list) else [message.id]
    first, *others = strings(message)
    kept = [places(source) for source in (plural, *singular)]
    return (not first or places(first) in kept) and all(
        places(other) == places(plural) for other in others if other
    )


def places(text):
    return sorted(PLACES.findall(text)) + sorted(
        name for _, name, _, _ in braces(text) if name is not None
    )


def braces(text):
    try:
        return list(Formatter().parse(text))
    except ValueError:
        return []


@catalogs
def test_what_is_compiled_is_what_was_written(path):
    compiled = path.with_suffix(".mo")
    fresh = BytesIO()
    write_mo(fresh, read(path))
    fresh.seek(0)

    assert compiled.exists()
    with compiled.open("rb") as file:
        assert texts(read_mo(file)) == texts(read_mo(fresh))


@catalogs
def test_every_text_of_the_program_is_in_the_catalog(path):
    there = set(texts(read(path)))
    missing = {asked: where for asked, where in wanted().items() if asked not in there}

    assert missing == {}


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ('_("one")', (None, "one")),
        ('_("one " "two")', (None, "one two")),
        ('translation.gettext("one")', (None, "one")),
        ('ngettext("%(n)s point", "%(n)s points", n)', (None, ("%(n)s point", "%(n)s points"))),
        ('pgettext("of a card", "blocked")', ("of a card", "blocked")),
    ],
)
def test_a_text_in_code_is_found(code, asked):
    assert [found for _, found in asked_in(ast.parse(code))] == [asked]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('{% translate "one" %}', (None, "one")),
        ("{% translate 'one' as x %}", (None, "one")),
        ('{% translate "blocked" context "of a card" %}', ("of a card", "blocked")),
        ('{{ _("one")|upper }}', (None, "one")),
        ('{% include "x.html" with title=_("one (1)") %}', (None, "one (1)")),
        ("{% blocktranslate %}one {{ two }}{% endblocktranslate %}", (None, "one %(two)s")),
        ("{% blocktranslate trimmed %}\n one\n two\n{% endblocktranslate %}", (None, "one two")),
        (
            "{% blocktranslate count n=n %}{{ n }} point{% plural %}{{ n }} points"
            "{% endblocktranslate %}",
            (None, ("%(n)s point", "%(n)s points")),
        ),
    ],
)
def test_a_text_in_a_template_is_found(text, asked):
    assert list(asked_in_template(f"<p>{text}</p> (x)\n")) == [asked]


@pytest.mark.parametrize(
    ("language", "months"),
    [
        ("nl", "jan feb mrt apr mei jun jul aug sep okt nov dec"),
        ("en", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    ],
)
def test_no_word_of_ours_stands_in_for_a_month(language, months):
    with override(language):
        written = [
            date_format(date(2027, number, 1), "SHORT_DATE_FORMAT") for number in range(1, 13)
        ]

    assert written == [f"1 {month} 2027" for month in months.split()]
