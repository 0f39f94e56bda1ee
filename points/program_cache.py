"""The published program, compiled once a process and version."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from points.models import ProgramVersion
from points.program_file import compile_rules
from points.rules import Program, Rules

_seen: ContextVar[list[Program] | None] = ContextVar("seen", default=None)
"""The program that a page has seen already, where `one_program` is around it."""


@contextmanager
def one_program() -> Iterator[None]:
    """Within the block the program is read once; for what only reads, such as a page."""
    token = _seen.set([])
    try:
        yield
    finally:
        _seen.reset(token)


@lru_cache(maxsize=64)
def _compiled(number: int, digest: str) -> Rules:
    # Published versions never change, and a number with another digest is another version.
    version = ProgramVersion.objects.get(number=number, digest=digest)
    return compile_rules(number, version.rules)


def current_program() -> Program:
    """Return every published version; one narrow query, the rules themselves are kept."""
    seen = _seen.get()
    if seen:
        return seen[0]
    program = _published()
    if seen is not None:
        seen.append(program)
    return program


def program_zone() -> ZoneInfo:
    """The zone whose days count; the same for all versions of a program."""
    versions = current_program().versions
    return versions[0].zone if versions else ZoneInfo(settings.TIME_ZONE)


def _published() -> Program:
    known = ProgramVersion.objects.published().values_list("number", "digest")
    return Program([_compiled(number, digest) for number, digest in known])


def rules_of(version: ProgramVersion) -> Rules:
    """Return the rules of a version, draft or published."""
    return compile_rules(version.number, version.rules)


@lru_cache(maxsize=16)
def stamped_program(stamp: int) -> Program:  # noqa: ARG001
    """Return the program as long as what is published keeps the same stamp."""
    return _published()
