"""Who writes to the database: actions, the SQL they are written in, and nobody else."""

import ast
import re

import pytest

from tests.architecture.house import ROOT, dotted, named, python_files, tree

WRITERS = re.compile(
    r"/(actions|ledger_sql|delivery_sql|batch_sql|redemption_sql|migrations)(/|\.py$)|^loyalty_site/grants\.py$"
)
ALWAYS = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ALLOWED = {
    ("members/models/user.py", "create_user"): "Django makes its superusers through the manager",
    ("members/models/triggers.py", "keep_the_last_word"): "the database itself does, by a trigger",
    ("rewards/certificate.py", "drawn"): "a sheet of paper is saved, no row",
}
DESCRIPTIVE = "save_model"
"""Admin pages save descriptive fields, and only there."""
STATEMENT = re.compile(
    r"^\s*(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|COPY\s+\w+|TRUNCATE)\b"
)


def writes_in(module, function=""):
    """Yield (function, node) of everything that looks like a write to the database."""
    for node in ast.iter_child_nodes(module):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        if (isinstance(node, ast.Call) and is_write(node)) or is_statement(node):
            yield inside, node
        yield from writes_in(node, inside)


def is_statement(node):
    match node:
        case ast.Constant(value=str(text)):
            return bool(STATEMENT.match(text))
        case _:
            return False


def is_write(call):
    if not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr.removeprefix("a"), call.func.value
    keywords = {keyword.arg for keyword in call.keywords}
    match name:
        case _ if name in ALWAYS or call.func.attr in ALWAYS:
            return True
        case "create":
            return is_manager(receiver)
        case "save":
            return not is_super(receiver) and not call.args and keywords <= SAVE_ARGUMENTS
        case "update":
            return not call.args and bool(keywords) and not is_settings(receiver)
        case "delete":
            return not call.args and not keywords
        case _:
            return False


SAVE_ARGUMENTS = {"update_fields", "using", "force_insert", "force_update"}


def is_super(node):
    return isinstance(node, ast.Call) and dotted(node.func) == "super"


def is_manager(node):
    return any(
        isinstance(part, ast.Attribute) and part.attr.endswith(("objects", "_manager", "_set"))
        for part in ast.walk(node)
    )


def is_settings(node):
    return dotted(node).isupper()


def test_only_actions_write():
    outside = [
        f"{named(path, node)} in {function or 'the module'}"
        for path in python_files()
        if not WRITERS.search(str(path.relative_to(ROOT)))
        for function, node in writes_in(tree(path))
        if (str(path.relative_to(ROOT)), function) not in ALLOWED
        and not (function == DESCRIPTIVE and "admin" in path.parts)
    ]

    assert outside == []


@pytest.mark.parametrize(
    "code",
    [
        "member.save()",
        "member.save(update_fields=['name'])",
        "Member.objects.create(name='x')",
        "await Member.objects.acreate(name='x')",
        "Member.objects.filter(pk=1).update(name='x')",
        "queryset.update(name='x')",
        "member.cards.all().delete()",
        "card.delete()",
        "Tier.objects.bulk_create(tiers)",
        "Source.objects.get_or_create(name='x')",
        "Source._default_manager.create(name='x')",
        "cursor.execute('UPDATE points_account SET balance = 0')",
        "cursor.execute('  INSERT INTO points_lot VALUES (1)')",
        "SQL = 'DELETE FROM points_entry'",
    ],
)
def test_a_write_is_recognized(code):
    assert list(writes_in(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "super().save(request)",
        "user = super().save()",
        "digest.update(content)",
        "seen.update({'a': 1})",
        "cache.delete('key')",
        "image.save(out, kind='svg')",
        "Pool.create(4)",
        "words = 'Update your address'",
        "SQL = 'SELECT 1'",
    ],
)
def test_what_only_looks_like_a_write_is_left_alone(code):
    assert not list(writes_in(ast.parse(code)))


def test_each_exception_is_still_needed():
    used = {
        (str(path.relative_to(ROOT)), function)
        for path in python_files()
        for function, _ in writes_in(tree(path))
    }

    assert set(ALLOWED) <= used
