"""The published program, compiled once a process and version."""

from functools import lru_cache

from points.models import ProgramVersion
from points.program_file import compile_rules
from points.rules import Program, Rules


@lru_cache(maxsize=64)
def _compiled(number: int, digest: str) -> Rules:
    # Published versions never change, and a number with another digest is another version.
    version = ProgramVersion.objects.get(number=number, digest=digest)
    return compile_rules(number, version.rules)


def current_program() -> Program:
    """Return every published version; one narrow query, the rules themselves are kept."""
    known = ProgramVersion.objects.published().values_list("number", "digest")
    return Program([_compiled(number, digest) for number, digest in known])


def rules_of(version: ProgramVersion) -> Rules:
    """Return the rules of a version, draft or published."""
    return compile_rules(version.number, version.rules)


@lru_cache(maxsize=16)
def stamped_program(stamp: int) -> Program:  # noqa: ARG001
    """Return the program as long as what is published keeps the same stamp."""
    return current_program()
