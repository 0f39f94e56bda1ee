"""Whatever two colors a business chooses, everything on its pages can be read."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from members.colors import (
    Lch,
    contrast,
    nearest_accent,
    nearest_main,
    stylesheet,
    to_hex,
    to_lch,
    tokens,
)

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = ("paper", "surface", "sunk")
READ_TOGETHER = [
    *(("accent", ground) for ground in GROUNDS),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
    ("accent-soft-ink", "accent-soft"),
    ("hero-ink", "hero"),
    ("hero-soft", "hero"),
]
OWN_CSS = (Path(settings.BASE_DIR) / "static/portal/tokens.css").read_text()
SCHEMES = ("light", "dark")


def declared(css: str) -> dict[str, Lch]:
    """Read the OKLCH colors of one rule of tokens.css."""
    found = re.findall(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\);", css)
    return {
        name: Lch(float(light) / 100, float(chroma), float(hue))
        for name, light, chroma, hue in found
    }


def far_apart(one: str, other: str) -> float:
    """How differently two colors look, in steps the eye can just tell: about 2 is one."""
    a, b = to_lch(one), to_lch(other)
    return 100 * max(abs(a.lightness - b.lightness), abs(a.chroma - b.chroma))


OWN = dict(zip(SCHEMES, map(declared, OWN_CSS.split("prefers-color-scheme: dark")), strict=True))
GRAYS = {scheme: {name: to_hex(OWN[scheme][name]) for name in GROUNDS} for scheme in SCHEMES}


@given(COLORS, COLORS)
def test_every_pair_of_text_and_ground_can_be_read_whatever_the_colors(color, accent):
    faint = [
        (scheme, text, ground, names[text], (names | GRAYS[scheme])[ground])
        for scheme, names in zip(SCHEMES, tokens(color, accent), strict=True)
        for text, ground in READ_TOGETHER
        if contrast(names[text], (names | GRAYS[scheme])[ground]) < 4.5
    ]

    assert faint == []


@given(COLORS)
def test_the_nearest_color_works_and_is_its_own_nearest(color):
    assert nearest_main(nearest_main(color)) == nearest_main(color)
    assert nearest_accent(nearest_accent(color)) == nearest_accent(color)


@given(COLORS)
def test_the_nearest_color_is_a_darker_one_of_the_same_kind(color):
    before, after = to_lch(color), to_lch(nearest_main(color))

    assert after.lightness <= before.lightness + 0.002
    if min(before.chroma, after.chroma) > 0.04:
        turned = abs(after.hue - before.hue) % 360
        assert min(turned, 360 - turned) < 8


def test_a_yellow_that_carries_no_pale_text_is_darkened_and_a_green_stays():
    assert nearest_main("#FFE600") != "#ffe600"
    assert contrast(nearest_main("#ffe600"), "#ffffff") == pytest.approx(4.7, abs=0.3)
    assert nearest_main("#1C5E3F") == "#1c5e3f"


@given(COLORS)
def test_a_color_survives_the_way_there_and_back(color):
    assert to_hex(to_lch(color)) == color


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Known figures of WCAG: black on white, the famous gray, pure red and blue on white.
    [
        ("#000000", "#ffffff", 21),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_what_wcag_says(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(
    ("color", "lightness", "chroma", "hue"),
    # As published beside the definition of OKLCH in CSS Color 4.
    [("#ff0000", 0.628, 0.258, 29.23), ("#00ff00", 0.866, 0.295, 142.5), ("#ffffff", 1, 0, None)],
)
def test_a_color_is_read_as_css_defines_it(color, lightness, chroma, hue):
    read = to_lch(color)

    assert read.lightness == pytest.approx(lightness, abs=0.001)
    assert read.chroma == pytest.approx(chroma, abs=0.001)
    assert hue is None or read.hue == pytest.approx(hue, abs=0.1)


def test_the_clovers_own_colors_give_the_look_of_the_portals_own_style_sheet():
    own = OWN["light"]
    green = tokens(to_hex(own["hero"]), to_hex(own["accent"]))

    for names, scheme in zip(green, SCHEMES, strict=True):
        shared = names.keys() & OWN[scheme].keys()
        assert len(shared) == 8
        assert {
            name: (names[name], to_hex(OWN[scheme][name]))
            for name in shared
            if far_apart(names[name], to_hex(OWN[scheme][name])) > 2
        } == {}


def test_the_style_sheet_declares_both_schemes():
    css = stylesheet("#7a1f2b", "#a3222f")

    assert css.count(":root{--accent:#") == 2
    assert "--hero:#7a1f2b;" in css
    assert "@media (prefers-color-scheme: dark)" in css
