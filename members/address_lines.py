"""Addresses as people paste them, a line each: with a name or without. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NAMED = re.compile(r"\"?(?P<name>[^<>\"]*?)\"?\s*<\s*(?P<address>[^<>\s]+)\s*>")
PLAIN = re.compile(r"(?:mailto:)?(?P<address>[^\s<>,;\"]+@[^\s<>,;\"]+)")
LOOSE_ENDS = " \t,;\ufeff\u00a0"


@dataclass(frozen=True, slots=True)
class AddressLine:
    """A line that could be read, or not: then `address` is empty."""

    number: int
    text: str
    name: str = ""
    address: str = ""


def read_lines(text: str) -> Iterator[AddressLine]:
    """Yield every line that has something on it: `Anna Visser <anna@example.nl>` or the address."""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip(LOOSE_ENDS)
        if not line:
            continue
        found = NAMED.fullmatch(line) or PLAIN.fullmatch(line)
        if found is None:
            yield AddressLine(number, line)
        else:
            facts = found.groupdict()
            yield AddressLine(number, line, (facts.get("name") or "").strip(), facts["address"])
