"""Pictures of every page, for people to look at; `make screenshots` runs this."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page

from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import ASKED_AGAIN, EVERY_PAGE, LOOKS, OWNERS, Look, open_page
from tests.journeys.scenes import SCENES, People, Scene

FOLDER = Path(settings.BASE_DIR) / "screenshots"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def take(page: Page, name: str, look: Look) -> None:
    FOLDER.mkdir(exist_ok=True)
    picture = FOLDER / f"{name}-{look}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 0


def tour(chromium, site: str, people: People, look: Look, names: Iterable[str]) -> None:
    context = look.context(chromium, site)
    page = context.new_page()
    for name in names:
        if name in OWNERS:
            log_in(context, people[OWNERS[name]], site, just_now=name not in ASKED_AGAIN)
        open_page(page, site, name, look)
        take(page, name, look)
    context.close()
    connections.close_all()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_take_pictures(chromium, live_server, people, look: Look):
    tour(chromium, live_server.url, people, look, EVERY_PAGE)


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_take_pictures_of(chromium, live_server, transactional_db, scene: Scene, look: Look):
    people = scene.prepare(timezone.now())

    tour(chromium, live_server.url, people, look, scene.pages)
