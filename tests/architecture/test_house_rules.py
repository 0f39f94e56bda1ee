"""Rules of the house that a parser can see."""

import ast
import re

import pytest
from django.db import connections

from tests.architecture.house import (
    ROOMS,
    ROOT,
    calls,
    dotted,
    named,
    python_files,
    template_files,
    tree,
)

LONGEST_FILE = 400
NO_NAMES = {
    *("utils", "util", "helpers", "helper", "services", "service", "selectors", "managers"),
    *("common", "core", "mixins", "misc", "constants", "base", "lib", "shared"),
}
CLOCKS = {
    *("timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.date.today", "time.time"),
}
READS_NO_CLOCK = re.compile(
    r"/(actions|models|reports|ledger_sql|delivery_sql)(/|\.py$)"
    r"|^points/(book\w*|rules|events|local_time|kinds|placement|\w+_file)\.py$"
    r"|^loyalty_site/schedule\.py$|^members/(card_number|card_proof|colors)\.py$"
)
ONE_THING = {
    "identity": "of an event",
    "only_runner": "of a job",
    "post_event": "an event, then how",
    "post_events": "events, then how",
    "rehearsal": "of an action",
}
"""What may be called with one positional argument, since its name asks for nothing else."""


def functions(module):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(module) if isinstance(node, kinds)]


def test_imports_say_where_from():
    relative = [
        named(path, node)
        for path in python_files(*ROOMS, "tests", migrations=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_imports_stand_at_the_top():
    hidden = {
        named(path, node)
        for path in python_files(*ROOMS, "tests")
        for function in functions(tree(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert hidden == set()


def test_no_file_is_longer_than_a_reader_likes():
    written = [*python_files(*ROOMS, "tests", "bench"), *template_files()]
    written += [path for path in (ROOT / "static").rglob("*.css") if "vendor" not in path.parts]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in written}

    assert {named(path, lines) for path, lines in lengths.items() if lines > LONGEST_FILE} == set()


def test_a_file_is_named_for_what_it_holds():
    dumps = [path for path in python_files(*ROOMS, "tests") if path.stem in NO_NAMES]
    dumps += [
        path for path in python_files(*ROOMS, "tests") if NO_NAMES & set(path.parent.parts[-2:])
    ]

    assert dumps == []


def test_every_module_says_in_a_line_what_belongs_there():
    silent = [
        named(path, 1)
        for path in python_files()
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    ]

    assert silent == []


def test_nothing_is_put_off():
    later = re.compile("TO" + r"DO|FIX" + r"ME|\bX" + r"XX\b")
    written = [*python_files(*ROOMS, "tests", "bench"), *template_files(), ROOT / "Makefile"]
    written += (ROOT / "docs").rglob("*.md")

    assert [
        named(path, number)
        for path in written
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if later.search(line)
    ] == []


def test_no_check_is_switched_off():
    switch = re.compile(r"#\s*(type:\s*ig" + r"nore|prag" + r"ma)")

    assert [
        named(path, number)
        for path in python_files(*ROOMS, "tests", "bench")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if switch.search(line)
    ] == []


def test_an_action_is_called_by_keywords():
    positional = [
        f"{named(path, function)} {function.name}"
        for path in python_files()
        if "actions" in path.parts
        for function in tree(path).body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and len(function.args.posonlyargs + function.args.args) > (function.name in ONE_THING)
    ]

    assert positional == []


def test_each_exception_is_still_needed():
    names = {
        function.name
        for path in python_files()
        if "actions" in path.parts
        for function in functions(tree(path))
        if function.args.args
    }

    assert set(ONE_THING) <= names


def clocks_read_in(module):
    return [call for call in calls(module) if dotted(call.func) in CLOCKS]


def test_the_business_is_told_what_time_it_is():
    read = [
        named(path, call)
        for path in python_files()
        if READS_NO_CLOCK.search(str(path.relative_to(ROOT)))
        for call in clocks_read_in(tree(path))
    ]

    assert read == []


@pytest.mark.parametrize("code", ["timezone.now()", "x = datetime.now(UTC)", "date.today()"])
def test_a_clock_is_recognized(code):
    assert clocks_read_in(ast.parse(code))


def test_no_request_is_a_transaction_by_itself():
    assert [
        named(path, 1)
        for path in python_files()
        if "ATOMIC_REQUESTS" in path.read_text(encoding="utf-8")
    ] == []
    assert not connections["default"].settings_dict["ATOMIC_REQUESTS"]


def imported_by(node):
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


def test_no_room_imports_what_only_tests_need():
    for_tests = {"pytest", "hypothesis", "tests", "time_machine", "playwright", "bench"}

    assert [
        named(path, node)
        for path in python_files()
        for node in ast.walk(tree(path))
        if {name.split(".")[0] for name in imported_by(node)} & for_tests
    ] == []
