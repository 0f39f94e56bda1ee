"""Pictures of every page, for people to look at; `make screenshots` runs this."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Page

from members.models import User
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import ASKED_AGAIN, EVERY_PAGE, LOOKS, OWNERS, Look, open_page

FOLDER = Path(settings.BASE_DIR) / "screenshots"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def take(page: Page, name: str, look: Look) -> None:
    FOLDER.mkdir(exist_ok=True)
    picture = FOLDER / f"{name}-{look}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_take_pictures(chromium, live_server, people: dict[str, User], look: Look):
    context = look.context(chromium, live_server.url)
    page = context.new_page()
    for name in EVERY_PAGE:
        if name in OWNERS:
            user = people[OWNERS[name]]
            log_in(context, user, live_server.url, just_now=name not in ASKED_AGAIN)
        open_page(page, live_server.url, name, look)
        take(page, name, look)
    context.close()
    connections.close_all()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_take_pictures_before_there_is_a_program(
    chromium, live_server, transactional_db, look: Look
):
    context = look.context(chromium, live_server.url)
    page = context.new_page()
    open_page(page, live_server.url, "landing", look)
    take(page, "landing-early", look)
    context.close()
    connections.close_all()
