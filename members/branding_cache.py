"""The branding as every page needs it, kept in the process for a few seconds."""

import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from members.colors import stylesheet, tokens
from members.models import Branding

SECONDS_KEPT = 20
"""How long another process may still show what staff have just changed."""


@dataclass(frozen=True, slots=True)
class Look:
    """
    A business's colors as pages use them.

    `styles` is the style sheet that follows the portal's own, nothing as long as the colors
    are the clover's; `digest` names it in its address. `bar` is the color of a browser's frame.
    """

    styles: str
    digest: str
    hero: str
    icon_digest: str


_kept: tuple[float, Branding] | None = None


def current_branding() -> Branding:
    """Return the branding without its logo; a narrow query now and then, none on most pages."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] < time.monotonic():
        _kept = (time.monotonic() + SECONDS_KEPT, Branding.current())
    return _kept[1]


def forget_branding() -> None:
    """Read the branding anew at the next page of this process."""
    global _kept  # noqa: PLW0603
    _kept = None


def look_of(branding: Branding) -> Look:
    """Return what the colors and the logo of a business make of its pages."""
    return _look(branding.color.lower(), branding.accent.lower(), branding.logo_digest)


@lru_cache(maxsize=64)
def _look(color: str, accent: str, logo_digest: str) -> Look:
    clover = Branding()
    is_clover = (color, accent) == (clover.color, clover.accent)
    styles = "" if is_clover else stylesheet(color, accent)
    hero = tokens(color, accent)[0]["hero"]
    return Look(styles, _digest(styles), hero, _digest(hero + logo_digest))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
