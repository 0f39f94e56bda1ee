"""
A yes at the counter, confirmed in the mailbox; a no by the link of a letter, seen on the profile.

On a phone, in Dutch; without JavaScript too, because mail programs often have none.
"""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Page, expect

from mailroom.delivery import deliver_letters
from members.models import Consent, LatestConsent, Member
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.journeys.conftest import log_in
from tests.journeys.mail import stop_link
from tests.journeys.portal_pages import HEIGHT, Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PHONE = Look(language="nl", width=360, scheme="light")
LAPTOP = Look(language="nl", width=1280, scheme="light")
LINK = re.compile(r"https?://[^/\s]+(/mail/yes/\S+)")


@pytest.fixture(autouse=True)
def _in_dutch():
    with override("nl"):
        yield


@pytest.fixture
def anna(transactional_db) -> Member:
    make.published_program(now=timezone.now())
    return make.member_with_login(name="Anna Hoekstra", language="nl")


def ask_at_the_counter(page: Page, site: str, member: Member) -> None:
    page.goto(site + reverse("counter_member", args=[member.pk]))
    page.get_by_role("link", name=gettext("Wants mail")).click()
    page.locator("input[name=topics][value=news]").check()
    page.locator("[name=reason]").fill("Vroeg erom bij het afrekenen")
    page.get_by_role("button", name=gettext("Send the letter"), exact=True).click()
    expect(page).to_have_url(re.compile(r"/counter/|/member/"))


def gets(member: Member) -> bool:
    return LatestConsent.objects.filter(member=member, topic="news", given=True).exists()


def test_asked_at_the_counter_confirmed_by_letter_and_stopped_with_one_click(
    chromium, live_server, anna
):
    site = live_server.url
    desk, pocket = LAPTOP.context(chromium, site), PHONE.context(chromium, site)
    colleague = with_factor(make.staff(name="Collega"))
    colleague.groups.add(Group.objects.get(name="counter"))
    key = at_desk(colleague).cookies[settings.SESSION_COOKIE_NAME].value
    desk.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])
    laptop, phone = desk.new_page(), pocket.new_page()

    ask_at_the_counter(laptop, site, anna)
    deliver_letters(now=timezone.now())
    assert mail.outbox[-1].to == [anna.email]
    assert not gets(anna)

    phone.goto(site + LINK.search(mail.outbox[-1].body)[1])
    assert not gets(anna)
    phone.get_by_role("button", name=gettext("Yes, send me this")).click()
    expect(phone.locator("h1")).to_have_text(gettext("You have said yes"))
    assert gets(anna)

    log_in(pocket, anna.user, site)
    phone.goto(f"{site}/my/profile/")
    news = phone.locator("form", has=phone.locator("#mail-news"))
    expect(news.locator(".badge")).to_have_text(pgettext("mail", "on"))

    phone.goto(site + stop_link(anna, mailing_id=7))
    phone.get_by_role("button", name=gettext("Stop these mails")).click()
    expect(phone.locator(".notice.success")).to_be_visible()
    assert not gets(anna)
    assert Consent.objects.stopped_by(7) == 1

    phone.goto(f"{site}/my/profile/")
    expect(news.locator(".badge")).to_have_text(pgettext("mail", "off"))
    phone.locator("summary", has_text=gettext("What you said before")).click()
    expect(phone.locator("#content dl.facts").first).to_contain_text(gettext("Stop these mails"))
    for context in (desk, pocket):
        context.close()


def test_a_mail_program_without_javascript_and_cookies_stops_and_undoes(
    chromium, live_server, anna
):
    make.consent(anna, now=timezone.now())
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": HEIGHT}, locale="nl-NL"
    )
    page = context.new_page()

    page.goto(live_server.url + stop_link(anna))
    context.clear_cookies()
    page.get_by_role("button", name=gettext("Stop these mails")).click()
    stopped = not gets(anna)
    context.clear_cookies()
    page.locator("button[name=again]").click()

    expect(page.locator("#topic-news")).to_be_checked()
    assert stopped
    assert gets(anna)
    context.close()
