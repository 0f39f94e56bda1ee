"""Every refusal of the book has words, and every word is needed."""

import ast
from pathlib import Path

from points import book, book_rules
from points.refusals import WORDS


def raised_in(module):
    """The codes that a module's rules refuse with."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
    }


def test_the_words_are_those_of_the_codes_that_the_book_raises():
    assert set(WORDS) == raised_in(book) | raised_in(book_rules)
