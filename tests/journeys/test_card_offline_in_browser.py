"""The card in a browser: it rotates by itself, works without a network, and goes with its member."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from members.actions.proof import check_proof, proof_key
from members.card_proof import code, step_at
from members.models import Card, Member
from tests import make
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = Look(language="en", width=390, scheme="light")
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
  }
  return kept;
}"""

# What a worker keeps last may be any of these.
PARTS = ("/my/card/", "/my/card/barcode.svg", "card.css", "card.js")

# Makes what is kept look as if it had been fetched two hours ago.
AGED = """async () => {
  const cache = await caches.open("card");
  const page = await cache.match("/my/card/");
  const before = (time) => String(Number(time) - 2 * 60 * 60 * 1000);
  const text = (await page.text()).replace(/data-rendered="(\\d+)"/, (_, at) => `data-rendered="${before(at)}"`);
  const headers = new Headers(page.headers);
  headers.set("X-Kept-At", before(headers.get("X-Kept-At")));
  await cache.put("/my/card/", new Response(text, { headers }));
}"""


@pytest.fixture
def holder(transactional_db) -> Member:
    make.published_program()
    return make.member_with_login()


@pytest.fixture
def phone(chromium, live_server, holder):
    context = PHONE.context(chromium, live_server.url)
    log_in(context, holder.user, live_server.url)
    yield context
    context.close()


def card_page(context: BrowserContext, site: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/my/card/")
    expect(page.locator("[data-card][data-step]")).to_be_attached()
    return page


def kept_at_hand(page: Page) -> None:
    """Wait until the worker has kept the card and what it is made of."""
    page.evaluate("navigator.serviceWorker.ready")
    for _ in range(100):
        kept = page.evaluate(KEPT)
        if all(any(path.endswith(end) for path in kept) for end in PARTS):
            return
        page.wait_for_timeout(50)
    raise AssertionError(kept)


def shown_code(page: Page) -> str:
    card = page.locator("[data-card]")
    return card.get_attribute("data-number") + card.locator("[data-digits]").inner_text()


def test_the_code_in_the_page_proves_the_card(phone, live_server, holder):
    page = card_page(phone, live_server.url)

    proven = check_proof(shown=shown_code(page), now=timezone.now())

    assert proven.member_id == holder.pk
    assert proven.step == int(page.locator("[data-card]").get_attribute("data-step"))


def test_the_page_makes_the_next_code_itself(phone, live_server, holder):
    page = phone.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/my/card/")
    expect(page.locator("[data-card][data-step]")).to_be_attached()
    before = int(page.locator("[data-card]").get_attribute("data-step"))
    key = proof_key(number=Card.objects.get(member=holder).number)

    page.clock.run_for(30_000)

    card = page.locator(f'[data-card][data-step="{before + 1}"]')
    expect(card).to_be_attached()
    expect(card.locator("[data-digits]")).to_have_text(re.compile(r"\d{4} \d{4}"))
    shown = shown_code(page)[13:].replace(" ", "")
    assert shown == code(key, before + 1)


def test_a_phone_whose_clock_is_wrong_shows_the_right_code_all_the_same(phone, live_server):
    page = phone.new_page()
    page.clock.install(time="2031-01-01T00:00:00Z")
    page.goto(f"{live_server.url}/my/card/")
    expect(page.locator("[data-card][data-step]")).to_be_attached()

    step = int(page.locator("[data-card]").get_attribute("data-step"))

    assert abs(step - step_at(timezone.now())) <= 1
    assert check_proof(shown=shown_code(page), now=timezone.now())


def test_without_a_network_the_card_and_a_fresh_code_are_there(phone, live_server, holder):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)

    phone.set_offline(True)
    page.reload()

    expect(page.locator("[data-card][data-step]")).to_be_attached()
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("[data-since]")).not_to_be_empty()
    expect(page.locator("img.scan-bars")).to_have_js_property("complete", value=True)
    assert page.locator("img.scan-bars").evaluate("image => image.naturalWidth") > 0
    assert page.locator(".scan").evaluate("e => getComputedStyle(e).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert check_proof(shown=shown_code(page), now=timezone.now()).member_id == holder.pk


def test_a_page_that_was_kept_for_hours_shows_the_code_of_now(phone, live_server, holder):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)
    page.evaluate(AGED)

    phone.set_offline(True)
    page.reload()

    expect(page.locator("[data-card][data-step]")).to_be_attached()
    assert check_proof(shown=shown_code(page), now=timezone.now()).member_id == holder.pk


def test_no_other_page_of_a_member_is_kept(phone, live_server):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)
    page.goto(f"{live_server.url}/my/")
    page.goto(f"{live_server.url}/my/profile/")

    kept = page.evaluate(KEPT)
    phone.set_offline(True)
    page.goto(f"{live_server.url}/my/profile/")

    assert {path for path in kept if path.startswith("/my/")} == {
        "/my/card/",
        "/my/card/barcode.svg",
    }
    expect(page.locator("section[lang=nl] h2")).to_be_visible()
    expect(page.locator("section[lang=en] h2")).to_have_text("There is no network here")


def test_logging_out_takes_the_card_from_the_device(phone, live_server):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)

    page.goto(f"{live_server.url}/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_url(f"{live_server.url}/**")

    assert not [path for path in page.evaluate(KEPT) if path.startswith("/my/")]


def test_the_worker_forgets_the_card_by_itself_at_logging_out(phone, live_server):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)
    phone.set_offline(True)

    page.evaluate("fetch('/accounts/logout/', {method: 'POST'}).catch(() => undefined)")

    assert not [path for path in page.evaluate(KEPT) if path.startswith("/my/")]


def test_who_is_logged_out_elsewhere_loses_the_card_at_the_next_visit(phone, live_server):
    page = card_page(phone, live_server.url)
    kept_at_hand(page)
    phone.clear_cookies(name="sessionid")

    page.goto(f"{live_server.url}/my/card/")

    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert not [path for path in page.evaluate(KEPT) if path.startswith("/my/")]
