"""A passkey in a browser: added, named, asked for once more, and used to log in."""

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import Look
from tests.journeys.test_pages_in_browser import findings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = Look(language="en", width=360, scheme="light")
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def lend_a_finger(page: Page) -> None:
    """Give the browser an authenticator that always says yes."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})


def test_a_passkey_opens_the_portal_without_a_code(chromium, live_server, household):
    site = live_server.url
    context = PHONE.context(chromium, site)
    log_in(context, household.user, site, just_now=True)
    page = context.new_page()
    lend_a_finger(page)

    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.locator("input[name=name]").fill("Phone of Anna")
    page.locator("#mfa_webauthn_add").click()
    expect(page.locator(".message.success").first).to_be_visible()
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.locator("main h2")).to_contain_text("Phone of Anna")

    context.clear_cookies(name="sessionid")
    page.goto(f"{site}/accounts/login/")
    page.locator("#passkey_login").click()
    expect(page).to_have_url(f"{site}/my/")

    log_in(context, household.user, site)
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    expect(page.get_by_role("heading", level=1)).to_have_text(gettext("Is it you?"))
    assert findings(page) == []
    context.close()
