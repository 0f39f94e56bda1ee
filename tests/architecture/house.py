"""The house as its tests walk it: rooms, floors, files and their syntax trees."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOP = "loyalty_site"
FLOORS = [
    {"members"},
    {"mailroom"},
    {"points"},
    {"rewards", "referrals"},
    {"service_desk"},
    {"campaigns"},
    {"insights"},
    {TOP},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ROOMS = sorted(FLOOR)


def points_down(here: str, there: str) -> bool:
    """Tell whether an arrow from one room to another is allowed: down, or not out at all."""
    return here == there or FLOOR[there] < FLOOR[here]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def python_files(*folders: str, migrations: bool = False) -> list[Path]:
    """Every Python file of these folders, rooms by default."""
    return [
        path
        for folder in folders or ROOMS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if migrations or "migrations" not in path.parts
    ]


def template_files() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


def room_of_template(path: Path) -> str:
    """The room a template belongs to; the frame of all pages belongs to the top."""
    folder = path.relative_to(ROOT / "templates").parts[0]
    return folder if folder in FLOOR else TOP


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def named(path: Path, node: ast.AST | int) -> str:
    """Where something stands, as an editor opens it."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"


def dotted(node: ast.AST) -> str:
    """Write a name or an attribute as it stands: `timezone.now`; nothing for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def calls(module: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(module) if isinstance(node, ast.Call)]
