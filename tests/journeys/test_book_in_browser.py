"""The book in a browser: htmx where there is JavaScript, links and a button where there is none."""

import pytest
from playwright.sync_api import expect

from points.kinds import Kind
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

LAPTOP = Look(language="en", width=1280, scheme="light")


def test_choosing_and_paging_change_the_lines_without_a_reload(chromium, live_server, household):
    context = LAPTOP.context(chromium, live_server.url)
    log_in(context, household.user, live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/my/points/")
    page.evaluate("document.body.dataset.kept = 'yes'")

    page.locator("#older").click()
    expect(page.locator("#lines [role=status]")).to_contain_text("page 2")
    page.locator("select[name=kind]").select_option(str(int(Kind.REDEEMED)))
    expect(page.locator(".book > li")).to_have_count(1)

    expect(page).to_have_url(f"{live_server.url}/my/points/?kind={int(Kind.REDEEMED)}&period=")
    expect(page.locator("body")).to_have_attribute("data-kept", "yes")
    page.go_back()
    expect(page.locator("#lines [role=status]")).to_contain_text("page 2")
    context.close()


def test_without_javascript_the_book_works_by_links_and_a_button(chromium, live_server, household):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    log_in(context, household.user, live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/my/points/")

    page.locator("#older").click()
    expect(page.locator("#lines [role=status]")).to_contain_text("2")
    page.locator("select[name=kind]").select_option(str(int(Kind.REDEEMED)))
    page.locator(".filters button").click()
    expect(page.locator(".book > li")).to_have_count(1)
    page.locator("#lines summary").click()

    expect(page.locator(".why")).to_be_visible()
    context.close()
