"""On a phone, one hand: look, choose, confirm, and have it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rewards.models import Redemption
from tests import make
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PHONE = Look(language="en", width=360, scheme="dark")


@pytest.fixture
def page(chromium, live_server, people):
    look = PHONE.context(chromium, live_server.url)
    log_in(look, people["member"], live_server.url)
    yield look.new_page()
    look.close()


@pytest.fixture
def discount(people):
    now = timezone.now()
    make.give(people["member"].member, 800, now=now)
    return make.reward(
        now=now,
        name_en="Money off your groceries",
        points=200,
        value="2.00",
        step_points=100,
        step_value="1.00",
        most_points=5_000,
    )


def test_a_member_redeems_on_a_phone(page, live_server, people, discount):
    page.goto(f"{live_server.url}/my/")
    page.locator(".bottom").get_by_role("link", name="Rewards").click()
    page.get_by_role("link", name="Money off your groceries").click()

    page.get_by_label("How many points?").select_option("500")
    page.get_by_role("button", name="Choose this").click()
    expect(page.locator("main")).to_contain_text("€5.00 off")
    page.get_by_role("button", name="Exchange 500 points").click()

    expect(page.locator(".messages")).to_contain_text("It is yours")
    made = Redemption.objects.get()
    assert (made.points, made.member.user) == (500, people["member"])
    reference = re.escape(str(made.voucher.reference))
    assert re.search(rf"/my/vouchers/{reference}/|/rewards/{discount.pk}/", page.url)


def test_a_member_thinks_again(page, live_server, people, discount):
    page.goto(f"{live_server.url}/rewards/{discount.pk}/redeem/?points=200")
    page.get_by_role("button", name="Exchange 200 points").click()
    page.goto(f"{live_server.url}/rewards/{discount.pk}/")

    page.get_by_role("button", name="Take it back").click()

    expect(page.locator(".messages")).to_contain_text("200 points again")
    assert Redemption.objects.get().undone_at
