"""Pictures of every page, for people to look at; `make screenshots` runs this."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import LOOKS, MEMBER_PAGES, PAGES, Look, open_page

FOLDER = Path(settings.BASE_DIR) / "screenshots"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_take_pictures(chromium, live_server, household, look: Look):
    FOLDER.mkdir(exist_ok=True)
    context = look.context(chromium, live_server.url)
    page = context.new_page()
    for name in PAGES:
        if name == next(iter(MEMBER_PAGES)):
            log_in(context, household.user, live_server.url)
        open_page(page, live_server.url, name, look)
        picture = FOLDER / f"{name}-{look}.png"
        page.screenshot(path=picture)
        assert picture.stat().st_size > 0
    context.close()
    connections.close_all()
