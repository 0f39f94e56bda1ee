"""A business's two colors made into all that a page needs, each pair fit to be read; no database."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

READABLE = 4.5
"""The least contrast between text and what it stands on (WCAG 2.2, success criterion 1.4.3)."""
FULL_CHROMA = 0.105
"""From here on a color lends its tints all the hue they can bear: the clover's own strength."""
STEP = 0.004
GROUND_LIGHT, GROUND_DARK = "#ececec", "#282b28"
"""The hardest grounds that `static/portal/tokens.css` lays under a business's colors."""
VEIL = "color-mix(in oklab, #000 16%, transparent)"
"""Laid over the main color under a pointer; darker, so that pale text stays readable."""
Tokens = dict[str, str]
COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Lch:
    """A color as the eye orders colors: OKLCH (B. Ottosson, 2020); hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def is_color(text: str) -> bool:
    """Tell whether a text is `#rrggbb`."""
    return COLOR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return how far two colors stand apart, 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def to_lch(color: str) -> Lch:
    """Read `#rrggbb`."""
    red, green, blue = (_linear(channel) for channel in _channels(color))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Lch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def to_hex(color: Lch) -> str:
    """Write a color as `#rrggbb`, with as much of its chroma as a screen can show."""
    if not _fits(_to_linear(color)):
        least, most = 0.0, color.chroma
        for _ in range(14):
            middle = (least + most) / 2
            fits = _fits(_to_linear(replace(color, chroma=middle)))
            least, most = (middle, most) if fits else (least, middle)
        color = replace(color, chroma=least)
    return "#" + "".join(f"{_byte(channel):02x}" for channel in _to_linear(color))


def nearest_main(color: str) -> str:
    """Return the main color itself if pale text can be read on it, else the nearest that works."""
    return _darker_until(_carries_pale_text, color)


def nearest_accent(accent: str) -> str:
    """Return the second color itself if it works for buttons and links, else the nearest."""
    return _darker_until(_works_as_accent, accent)


@lru_cache(maxsize=256)
def tokens(color: str, accent: str) -> tuple[Tokens, Tokens]:
    """
    Return the custom properties for light and for dark, without their dashes.

    Any two colors will do: one that cannot carry text is darkened until it can. The focus
    ring, warnings and errors are nobody's brand and stay as they are.
    """
    main, second = to_lch(nearest_main(color)), to_lch(nearest_accent(accent))
    return _light(main, second), _dark(main, second)


def stylesheet(color: str, accent: str) -> str:
    """Write the tokens as a style sheet to follow `tokens.css`."""
    light, dark = tokens(color, accent)
    return (
        f":root{{{_declared(light)}}}\n"
        f"@media (prefers-color-scheme: dark){{:root{{{_declared(dark)}}}}}\n"
    )


def _light(main: Lch, second: Lch) -> Tokens:
    soft = to_hex(_accent_soft(second))
    hero = to_hex(main)
    shift = -0.07 if second.lightness > 0.3 else 0.07
    return {
        "accent": to_hex(second),
        "accent-hover": to_hex(replace(second, lightness=second.lightness + shift)),
        "accent-ink": to_hex(_accent_ink(second)),
        "accent-soft": soft,
        "accent-soft-ink": _readable(_tint(second, 0.33, 0.085), [soft], -STEP),
        "hero": hero,
        "hero-ink": to_hex(_hero_ink(main)),
        "hero-soft": _readable(_tint(main, 0.89, 0.05), [hero], STEP),
        "hero-veil": VEIL,
    }


def _dark(main: Lch, second: Lch) -> Tokens:
    soft = to_hex(_tint(second, 0.31, 0.05))
    accent = _readable(_tint(second, 0.8, 0.13), [GROUND_DARK, soft], STEP)
    lit = to_lch(accent)
    hero = to_hex(Lch(min(main.lightness, 0.32), min(main.chroma * 0.75, 0.1), main.hue))
    return {
        "accent": accent,
        "accent-hover": to_hex(replace(lit, lightness=min(lit.lightness + 0.06, 0.98))),
        "accent-ink": _readable(_tint(second, 0.21, 0.04), [accent], -STEP),
        "accent-soft": soft,
        "accent-soft-ink": _readable(_tint(second, 0.89, 0.08), [soft], STEP),
        "hero": hero,
        "hero-ink": to_hex(_tint(main, 0.97, 0.015)),
        "hero-soft": _readable(_tint(main, 0.86, 0.045), [hero], STEP),
        "hero-veil": VEIL,
    }


def _accent_ink(second: Lch) -> Lch:
    return _tint(second, 0.99, 0.01)


def _accent_soft(second: Lch) -> Lch:
    return _tint(second, 0.94, 0.045)


def _hero_ink(main: Lch) -> Lch:
    return _tint(main, 0.985, 0.012)


def _tint(color: Lch, lightness: float, chroma: float) -> Lch:
    return Lch(lightness, chroma * _strength(color), color.hue)


def _strength(color: Lch) -> float:
    """How much of a hue there is: a gray business gets gray tints."""
    return min(1.0, color.chroma / FULL_CHROMA)


def _carries_pale_text(main: str) -> bool:
    return _is_readable(main, [to_hex(_hero_ink(to_lch(main)))])


def _works_as_accent(accent: str) -> bool:
    lch = to_lch(accent)
    others = [GROUND_LIGHT, to_hex(_accent_soft(lch)), to_hex(_accent_ink(lch))]
    return _is_readable(accent, others)


def _darker_until(works: Callable[[str], bool], color: str) -> str:
    lch, written = to_lch(color), color.lower()
    while not works(written):
        lch = replace(lch, lightness=max(0.0, lch.lightness - STEP))
        written = to_hex(lch)
    return written


def _readable(color: Lch, others: list[str], step: float) -> str:
    """Walk lighter or darker until the color can be read beside each of the others."""
    written = to_hex(color)
    while not _is_readable(written, others) and 0 < color.lightness < 1:
        color = replace(color, lightness=min(1.0, max(0.0, color.lightness + step)))
        written = to_hex(color)
    return written


def _is_readable(color: str, others: list[str]) -> bool:
    return all(contrast(color, other) >= READABLE for other in others)


def _declared(names: Tokens) -> str:
    return "".join(f"--{name}:{color};" for name, color in names.items())


def _channels(color: str) -> list[float]:
    return [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _linear(channel: float) -> float:
    # IEC 61966-2-1 (sRGB), as WCAG 2.2 takes it for relative luminance.
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _byte(linear: float) -> int:
    channel = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * min(1.0, max(0.0, channel)))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(color: Lch) -> tuple[float, float, float]:
    a = color.chroma * math.cos(math.radians(color.hue))
    b = color.chroma * math.sin(math.radians(color.hue))
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _fits(linear: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= channel <= 1.0005 for channel in linear)
