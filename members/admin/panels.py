"""Panels: what each room shows on a member's page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: a template and the facts it shows, fetched beforehand."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
