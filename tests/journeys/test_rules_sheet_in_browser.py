"""The rules for the counter come out of the printer on one page."""

import re

import pytest

from tests import make
from tests.admin.conftest import at_desk, with_factor

SHEET = "/admin/points/programversion/rules-sheet/"
A_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_rules_fit_one_a4(chromium, live_server, transactional_db, language):
    make.published_program(
        welcome_bonus=100,
        excluded='["Beltegoed", "Loten", "Sigaren", "Sigaretten", "Statiegeld", "Tabak"]',
        silver="1.25",
        pending_days=14,
    )
    session = at_desk(with_factor(make.staff())).cookies["sessionid"].value
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}{SHEET}?language={language}")

    printed = page.pdf(prefer_css_page_size=True)

    assert page.locator("h2").count() == 6
    assert page.locator("[data-print]").is_visible()
    assert len(A_PAGE.findall(printed)) == 1
    context.close()
