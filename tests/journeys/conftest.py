"""A real browser, and what it looks at."""

import os
import shutil
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from members.models import User
from tests import make
from tests.journeys.household import (
    ask_for_an_app,
    careful_member,
    confirm_address,
    newcomer,
    well_known_member,
)

NO_CHROMIUM = "No chromium found: install Debian's package `chromium` to run the browser tests."


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None and os.environ.get("KLAVER_REQUIRE_BROWSER"):
        pytest.fail(NO_CHROMIUM)
    if program is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def household(transactional_db):
    """A published program, with a version for later, and a member with a history."""
    now = timezone.now()
    make.published_program(
        now=now,
        welcome_bonus=100,
        excluded='["Statiegeld", "Tabak", "Loten"]',
        silver="1.25",
        effective_at="2023-01-01T00:00:00+01:00",
    )
    member = well_known_member(now)
    confirm_address(member.user)
    return member


@pytest.fixture
def people(household) -> dict[str, User]:
    """Who the pages are shown to: members of long standing, new ones, careful ones."""
    now = timezone.now()
    ask_for_an_app()
    return {
        "member": household.user,
        "newcomer": newcomer().user,
        "careful": careful_member(now).user,
        "stranger": make.login(name="Ties Visser"),
    }


def log_in(context: BrowserContext, user: User, site: str, *, just_now: bool = False) -> None:
    """
    Give the browser the cookie of a login, so that a test need not read mail.

    Who logged in just now is not asked once more before what is about safety.
    """
    client = Client()
    client.force_login(user)
    if just_now:
        session = client.session
        proven = {"method": "mfa", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [proven]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])
