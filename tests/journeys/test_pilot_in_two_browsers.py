"""
A pilot, in two browsers: a laptop in the back office and a phone.

Staff invite a best customer; she joins on her phone, claims a receipt and sees her tier; staff
mend a mistake with a second person; she sees why.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import BrowserContext, Page, expect

from mailroom.delivery import deliver_letters
from members.models import Member, User
from points.actions.spending import count_spending
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.journeys.portal_pages import Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = Look(language="nl", width=390, scheme="light")
LAPTOP = Look(language="nl", width=1280, scheme="light")
CODE = re.compile(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{6,8})$", re.MULTILINE)
LINK = re.compile(r"https?://\S+/join/\S+")


@pytest.fixture(autouse=True)
def _in_dutch():
    with override("nl"):
        yield


def colleague(group: str) -> User:
    user = with_factor(make.staff(name=f"Collega {group}"))
    user.groups.add(Group.objects.get(name=group))
    return user


def sit_down(context: BrowserContext, user: User, site: str) -> None:
    """Let this member of staff go on in the browser, second factor used."""
    key = at_desk(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


@pytest.fixture
def customer(transactional_db) -> Member:
    """Known by her card alone, spends most; one receipt of hers came without the card."""
    now = timezone.now()
    make.published_program(now=now, silver="1.5")
    make.joining("invitation")
    known = make.member(name="Anna Hoekstra", email="anna@example.nl", now=now)
    make.purchase(known, "480.00", at=now - timedelta(days=9), now=now)
    make.purchase(make.member(now=now), "90.00", at=now - timedelta(days=3), now=now)
    make.open_receipt("62.50", at=now - timedelta(days=2), now=now, receipt="4711-08")
    count_spending(now=now)
    return known


def invite_her(page: Page, site: str, customer: Member) -> str:
    """Choose her from the best customers and send the invitation; return the link in it."""
    page.goto(site + reverse("admin:points_spending_changelist"))
    page.locator(f"input[name=_selected_action][value='{customer.pk}']").check()
    page.locator("select[name=action]").select_option("invite")
    page.locator("#changelist-form button[name=index], [name=index]").first.click()
    page.locator("[name=reason]").fill("Beste klanten eerst")
    press(page, ngettext("Send %(letters)s invitation", "", 1) % {"letters": 1})
    expect(page.locator("body")).to_contain_text("1")
    deliver_letters(now=timezone.now())
    assert mail.outbox[-1].to == [customer.email]
    return LINK.search(mail.outbox[-1].body)[0]


def join_on_the_phone(page: Page, site: str, link: str) -> None:
    page.goto(site + re.sub(r"^https?://[^/]+", "", link))
    if page.locator("input[name=birthday]").count():
        page.locator("input[name=birthday]").fill("1984-03-02")
    press(page, gettext("Become a member"))
    page.locator("input[name=code]").fill(CODE.search(mail.outbox[-1].body)[1])
    press(page, gettext("Continue"))
    expect(page).to_have_url(f"{site}/my/")


def claim_the_receipt(page: Page, site: str) -> None:
    page.goto(f"{site}/my/points/claim/")
    page.locator("input[name=number]").fill("4711-08")
    bought_on = timezone.localdate(timezone.now() - timedelta(days=2))
    page.locator("input[name=bought_on]").fill(f"{bought_on:%Y-%m-%d}")
    page.locator("input[name=total]").fill("62,50")
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/my/points/claim/\d+/$"))


def ask_for_points(page: Page, site: str, customer: Member) -> None:
    """Ask for more than one person may give: it waits for a second."""
    page.goto(site + reverse("admin:members_member_adjust", args=[customer.pk]))
    page.locator("[name=points]").fill("700")
    page.locator("[name=cause]").select_option("mistake")
    page.locator("[name=reason]").fill("Twee bonnen van maart niet geboekt")
    press(page, gettext("Adjust"))


def approve(page: Page, site: str) -> None:
    page.goto(site + reverse("admin:members_approval_changelist"))
    page.locator("#result_list tbody a").first.click()
    page.locator("button[name=decision][value=approve]").click()


def test_a_pilot_from_invitation_to_a_correction_explained(chromium, live_server, customer):
    site = live_server.url
    marketing, service, finance = map(colleague, ("marketing", "service", "finance"))
    desk, pocket = LAPTOP.context(chromium, site), PHONE.context(chromium, site)
    laptop, phone = desk.new_page(), pocket.new_page()

    sit_down(desk, marketing, site)
    link = invite_her(laptop, site, customer)
    join_on_the_phone(phone, site, link)
    expect(phone.locator(".figure strong")).to_have_text("480")

    claim_the_receipt(phone, site)
    phone.goto(f"{site}/my/")
    expect(phone.locator(".figure strong")).to_have_text("542")
    expect(phone.locator(".badge").first).to_have_text("Zilver")

    sit_down(desk, service, site)
    ask_for_points(laptop, site, customer)
    phone.reload()
    expect(phone.locator(".figure strong")).to_have_text("542")

    sit_down(desk, finance, site)
    approve(laptop, site)
    phone.goto(f"{site}/my/points/")
    line = phone.locator("details").filter(has_text=f"+{number_format(Decimal(700))}").first
    line.locator("summary").click()
    expect(line).to_contain_text(gettext("a mistake of ours"))
    for context in (desk, pocket):
        context.close()
