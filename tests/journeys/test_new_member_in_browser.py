"""A new member joins on a phone, in Dutch, and sees purchases turn into points and a tier."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override, pgettext
from playwright.sync_api import Page, expect

from members.models import Card
from tests import make
from tests.journeys.portal_pages import Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = Look(language="nl", width=390, scheme="light")
CODE = re.compile(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{6,8})$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _in_dutch():
    with override("nl"):
        yield


def press(page: Page, words: str, role: str = "button") -> None:
    page.get_by_role(role, name=words, exact=True).first.click()


def enter_code(page: Page) -> None:
    """Type the code of the latest mail, as a reader of the outbox would."""
    found = CODE.search(mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    page.locator("input[name=code]").fill(found.group(1))
    press(page, gettext("Continue"))


def activity_of(card: Card, folder: Path) -> Path:
    """Write a till's file: three purchases that lift the member to Silver, and one after it."""
    rows = ["kind,id,member,at,total,store"]
    for number, total in enumerate(("250.40", "180.99", "99.00", "20.00"), start=1):
        at = (timezone.now() - timedelta(milliseconds=50 - number)).isoformat()
        rows.append(f"purchase,bon-{number},{card.number},{at},{total},Oost")
    file = folder / "night.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_a_new_member_sees_purchases_turn_into_points_and_a_tier(chromium, live_server, tmp_path):
    make.published_program(now=timezone.now(), welcome_bonus=100, silver="1.5")
    context = PHONE.context(chromium, live_server.url)
    page = context.new_page()

    page.goto(live_server.url)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    press(page, gettext("Become a member"), "link")
    page.locator("input[name=name]").fill("Noor van Dijk")
    page.locator("input[name=email]").fill("noor@example.nl")
    page.locator("input[name=birthday]").fill("1990-05-17")
    press(page, gettext("Become a member"))
    enter_code(page)
    expect(page).to_have_url(f"{live_server.url}/my/")
    expect(page.locator(".figure strong")).to_have_text("100")

    press(page, pgettext("navigation", "Profile"), "link")
    press(page, gettext("Log out"))
    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("input[name=login]").fill("noor@example.nl")
    press(page, gettext("Mail me a code"))
    enter_code(page)
    expect(page).to_have_url(f"{live_server.url}/my/")

    card = Card.objects.get(member__email="noor@example.nl")
    call_command("import_activity", activity_of(card, tmp_path), source="till", verbosity=0)
    page.reload()

    # 100 + 250 + 180 + 99 + 30: the last purchase counts at Silver's one and a half.
    expect(page.locator(".figure strong")).to_have_text("659")
    expect(page.locator(".badge")).to_have_text("Zilver")
    page.locator(".bottom").get_by_role("link", name=pgettext("navigation", "Points")).click()
    first = page.locator("details").first
    first.locator("summary").click()
    points = ngettext("%(points)s point", "%(points)s points", 30) % {"points": "30"}
    expect(first.locator(".why")).to_contain_text(points)
    page.locator(".top").get_by_role("link", name=pgettext("navigation", "Card")).click()
    expect(page.locator(".scan-number")).to_have_text(
        f"{card.number[0]} {card.number[1:7]} {card.number[7:]}"
    )
    expect(page.locator("img.scan-bars")).to_have_js_property("complete", value=True)
    context.close()
