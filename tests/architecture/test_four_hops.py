"""A purchase can be followed from file to row in four hops."""

import ast

import pytest

from tests.architecture.house import ROOT, dotted, tree

HOPS = [
    ("points/management/commands/import_activity.py", "handle", "import_activity"),
    ("points/actions/activity.py", "import_activity", "post_events"),
    ("points/actions/posting.py", "post_events", "write_books"),
]
LAST = ("points/ledger_sql/write.py", "write_books")


def module_of(path):
    return path.removesuffix(".py").replace("/", ".")


def functions_of(path):
    return {
        node.name: node
        for node in ast.walk(tree(ROOT / path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def followed(path, start):
    """Return the functions that a reader passes, starting here and staying in this file."""
    functions, passed, ahead = functions_of(path), set(), [start]
    while ahead:
        name = ahead.pop()
        if name in functions and name not in passed:
            passed.add(name)
            ahead += names_in(functions[name])
    return [functions[name] for name in passed]


def names_in(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute) and dotted(node) == f"self.{node.attr}":
            yield node.attr


def imported_from(path):
    """Each name that a file imports, and the module it comes from."""
    return {
        alias.asname or alias.name: node.module
        for node in tree(ROOT / path).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize(("path", "start", "target"), HOPS)
def test_each_hop_leads_to_the_next_file(path, start, target):
    names = {name for function in followed(path, start) for name in names_in(function)}
    following = [*HOPS[1:], (*LAST, "")][HOPS.index((path, start, target))][0]

    assert target in names
    assert imported_from(path)[target] == module_of(following)


def test_the_last_hop_writes_the_rows():
    texts = "".join(
        node.value
        for function in followed(*LAST)
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )

    assert "COPY " in texts
    assert "INSERT INTO " in texts


def test_there_are_four_hops():
    assert len([*HOPS, LAST]) == 4
