"""Arrows point down: imports, foreign keys, reverse accessors, addresses and templates."""

import ast
import re
from functools import cache

import grimp
import pytest
from django.apps import apps
from django.db import models
from django.db.models.deletion import PROTECT
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.house import (
    FLOOR,
    ROOMS,
    ROOT,
    calls,
    dotted,
    named,
    points_down,
    python_files,
    room_of,
    room_of_template,
    template_files,
    tree,
)

# Imports


@cache
def graph():
    return grimp.build_graph(*ROOMS, cache_dir=None)


def test_nobody_imports_upward_or_sideways():
    up = [
        f"{importer} -> {imported}"
        for importer in graph().modules
        for imported in graph().find_modules_directly_imported_by(importer)
        if not points_down(importer.split(".")[0], imported.split(".")[0])
    ]

    assert up == []


def test_the_import_graph_has_no_cycle():
    assert circle_in({module: imported_by(module) for module in graph().modules}) == []


def imported_by(module):
    return sorted(graph().find_modules_directly_imported_by(module))


def circle_in(arrows):
    """Return the modules of a circle, or nothing."""
    finished, path = set(), []

    def visit(module):
        if module in path:
            return [*path[path.index(module) :], module]
        if module in finished:
            return []
        path.append(module)
        for imported in arrows.get(module, ()):
            if found := visit(imported):
                return found
        finished.add(path.pop())
        return []

    return next((found for module in sorted(arrows) if (found := visit(module))), [])


def test_a_circle_is_found():
    assert circle_in({"a": ["b"], "b": ["c"], "c": ["b"], "d": []}) == ["b", "c", "b"]
    assert circle_in({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_no_room_is_imported_by_a_string_upward():
    """`import_module`, `get_model` and the like escape an import graph."""
    loaders = {"import_module", "import_string", "get_model", "__import__"}
    up = [
        named(path, call)
        for path in python_files()
        for call in calls(tree(path))
        if dotted(call.func).split(".")[-1] in loaders
        for text in [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
        if isinstance(text, str) and (there := text.split(".")[0].lower()) in FLOOR
        if not points_down(room_of(path), there)
    ]

    assert up == []


# Relations


def our_models():
    return [model for model in apps.get_models(include_auto_created=True) if room(model)]


def room(model):
    return (
        model._meta.app_config.name.split(".")[0] if model._meta.app_config.name in FLOOR else None
    )


def relations_of(model):
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.concrete and field.is_relation and field.related_model is not None
    ]


def test_every_relation_points_down():
    up = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in relations_of(model)
        if room(field.related_model) and not points_down(room(model), room(field.related_model))
    ]

    assert up == []


def test_there_are_relations_to_look_at():
    across = [
        field
        for model in our_models()
        for field in relations_of(model)
        if room(field.related_model) not in {None, room(model)}
    ]

    assert len(across) > 5


def test_history_is_protected():
    unprotected = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if not model._meta.auto_created
        for field in relations_of(model)
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not PROTECT
    ]

    assert unprotected == []


def accessors_from_above():
    """Yield (room, name) of every attribute that a higher room hangs on a lower room's model."""
    for model in our_models():
        for relation in model._meta.related_objects:
            there = room(relation.related_model)
            if there and there != room(model) and not relation.hidden:
                yield room(model), relation.get_accessor_name()


def test_no_room_uses_what_a_higher_room_hung_on_its_models():
    above = {}
    for here, name in accessors_from_above():
        above.setdefault(name, set()).add(here)
    used = [
        f"{named(path, node)} {name}"
        for path in python_files()
        for node in ast.walk(tree(path))
        for name in names_in(node) & set(above)
        if room_of(path) in above[name]
    ]

    assert above
    assert used == []


def names_in(node):
    match node:
        case ast.Attribute(attr=name):
            return {name}
        case ast.keyword(arg=str(name)):
            return set(name.split("__"))
        case ast.Constant(value=str(text)) if re.fullmatch(r"-?\w+(__\w+)+", text):
            return set(text.removeprefix("-").split("__"))
        case _:
            return set()


# Addresses

REVERSERS = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
ADMIN_PAGE = re.compile(r"admin:([a-z_]+?)_[a-z]+_(changelist|change|add|delete|history|\w+)$")
URL_TAG = re.compile(r"""{%-?\s*url\s+['"]([^'"]+)['"]""")


@cache
def rooms_by_address():
    """Every name of an address, and the room its view stands in."""
    return dict(addresses(get_resolver(), ""))


def addresses(resolver, prefix):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            view = getattr(pattern.callback, "view_class", pattern.callback)
            yield prefix + pattern.name, view.__module__.split(".")[0]


def room_of_address(name):
    """The room an address leads into; None for another package's page."""
    if page := ADMIN_PAGE.match(name):
        return next((room for room in ROOMS if page[1].startswith(room)), None)
    return room if (room := rooms_by_address().get(name)) in FLOOR else None


def addresses_in_code():
    for path in python_files():
        for call in calls(tree(path)):
            if dotted(call.func).split(".")[-1] in REVERSERS and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield room_of(path), first.value, named(path, call)


def addresses_in_templates():
    for path in template_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for name in URL_TAG.findall(line):
                yield room_of_template(path), name, named(path, number)


def test_addresses_point_down():
    up = [
        f"{where} {name}"
        for here, name, where in (*addresses_in_code(), *addresses_in_templates())
        if (there := room_of_address(name)) and not points_down(here, there)
    ]

    assert up == []


def test_every_address_that_is_asked_for_is_there():
    known = set(rooms_by_address())
    unknown = [
        f"{where} {name}"
        for _, name, where in (*addresses_in_code(), *addresses_in_templates())
        if name not in known and not name.startswith("/")
    ]

    assert unknown == []


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("members:card", "members"),
        ("points:book", "points"),
        ("landing", "loyalty_site"),
        ("account_login", None),
        ("admin:points_entry_changelist", "points"),
        ("admin:members_user_change", "members"),
        ("admin:index", None),
    ],
)
def test_an_address_belongs_to_a_room(name, there):
    assert name in rooms_by_address()
    assert room_of_address(name) == there


# Templates

FRAMES = re.compile(r"^(portal|admin|unfold|allauth|account|django_tables2)/")
TEMPLATE_TAG = re.compile(r"""{%-?\s*(?:include|extends)\s+['"]([^'"]+)['"]""")


def test_templates_are_made_of_their_own_room_or_lower_ones():
    up = [
        f"{named(path, 1)} {name}"
        for path in template_files()
        for name in TEMPLATE_TAG.findall(path.read_text(encoding="utf-8"))
        if not FRAMES.match(name)
        if (there := name.split("/")[0]) in FLOOR
        if not points_down(room_of_template(path), there)
    ]

    assert up == []


def test_code_names_templates_of_its_own_room_or_lower_ones():
    up = [
        f"{named(path, node)} {node.value}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[\w/]+\.html", node.value)
        if (ROOT / "templates" / node.value).exists() and not FRAMES.match(node.value)
        if not points_down(room_of(path), room_of_template(ROOT / "templates" / node.value))
    ]

    assert up == []
