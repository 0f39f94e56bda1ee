"""Every portal page in a real browser: nothing for axe to find, nothing the policy blocks."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page

from members.models import User
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import (
    ASKED_AGAIN,
    EVERY_PAGE,
    LOOKS,
    OWNERS,
    Look,
    one_look_each,
    open_page,
)
from tests.journeys.scenes import SCENES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# What an axe run is asked: the rules of WCAG 2.2 AA and axe's own best practices.
ASKED = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def findings(page: Page) -> list[str]:
    violations = Axe().run(page, options=ASKED).response["violations"]
    return [
        f"{page.url}: {found['id']}: {node['html'][:120]}"
        for found in violations
        for node in found["nodes"]
    ]


def problems(
    chromium: Browser, site: str, people: dict[str, User], look: Look, names: list[str]
) -> list[str]:
    """Visit pages in one look; return what axe found, what overflowed and what was blocked."""
    context = look.context(chromium, site)
    page = context.new_page()
    found: list[str] = []
    page.on(
        "console",
        lambda message: (
            found.append(f"{page.url}: {message.text}")
            if "Content Security Policy" in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    # Visitors' pages come first: who is logged in is led past them.
    for name in sorted(names, key=lambda name: name in OWNERS):
        if name in OWNERS:
            log_in(context, people[OWNERS[name]], site, just_now=name not in ASKED_AGAIN)
        open_page(page, site, name, look)
        found += findings(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > look.width:
            found.append(f"{page.url}: {wide} px wide at {look.width}")
    context.close()
    return [f"[{look}] {problem}" for problem in found]


def test_every_page_in_one_look_has_no_problem(chromium, live_server, people):
    looked_at: dict[Look, list[str]] = {}
    for name, look in one_look_each():
        looked_at.setdefault(look, []).append(name)

    found = [
        problem
        for look, names in looked_at.items()
        for problem in problems(chromium, live_server.url, people, look, names)
    ]

    assert found == []


@pytest.mark.drill
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_in_every_look_has_no_problem(chromium, live_server, people, look):
    assert problems(chromium, live_server.url, people, look, list(EVERY_PAGE)) == []


@pytest.mark.parametrize(("place", "scene"), list(enumerate(SCENES.values())), ids=SCENES)
def test_pages_have_no_problem_however_the_program_stands(
    chromium, live_server, transactional_db, place, scene
):
    look = LOOKS[place * 5 % len(LOOKS)]
    people = scene.prepare(timezone.now())

    assert problems(chromium, live_server.url, people, look, list(scene.pages)) == []


@pytest.mark.drill
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_pages_have_no_problem_in_every_look_however_the_program_stands(
    chromium, live_server, transactional_db, scene
):
    people = scene.prepare(timezone.now())

    found = [
        problem
        for look in LOOKS
        for problem in problems(chromium, live_server.url, people, look, list(scene.pages))
    ]

    assert found == []
