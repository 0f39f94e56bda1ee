"""Joining, logging in and reading one's points in a browser that runs no JavaScript."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import BrowserContext, Page, expect

from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

CODE = re.compile(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{6,8})$", re.MULTILINE)


@pytest.fixture
def plain(chromium) -> BrowserContext:
    context = chromium.new_context(
        java_script_enabled=False, locale="nl-NL", viewport={"width": 360, "height": 780}
    )
    yield context
    context.close()


def enter_code(page: Page) -> None:
    found = CODE.search(mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    page.locator("input[name=code]").fill(found.group(1))
    with override("nl"):
        page.get_by_role("button", name=gettext("Continue"), exact=True).click()


def test_from_login_to_points_and_card(plain, live_server, household):
    page = plain.new_page()

    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("input[name=login]").fill(household.email)
    page.locator("main form button").first.click()
    enter_code(page)
    expect(page).to_have_url(f"{live_server.url}/my/")
    expect(page.locator(".figure strong")).to_be_visible()

    page.locator(".bottom a[href='/my/points/']").click()
    page.locator("summary.line").first.click()
    expect(page.locator(".why").first).to_be_visible()
    page.goto(f"{live_server.url}/my/card/")
    expect(page.locator("img.barcode")).to_be_visible()


def test_joining(plain, live_server, transactional_db):
    make.published_program(now=timezone.now(), welcome_bonus=100)
    page = plain.new_page()

    page.goto(f"{live_server.url}/accounts/signup/")
    page.locator("input[name=name]").fill("Noor van Dijk")
    page.locator("input[name=email]").fill("noor@example.nl")
    if page.locator("input[name=birthday]").count():
        page.locator("input[name=birthday]").fill("1990-05-04")
    page.locator("main form button[type=submit]").first.click()
    enter_code(page)

    expect(page).to_have_url(f"{live_server.url}/my/")
    expect(page.locator(".figure strong")).to_have_text("100")
