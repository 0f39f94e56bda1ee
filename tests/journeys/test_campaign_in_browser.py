"""A campaign from its first line to its last mail: built, approved by another, sent, stopped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.actions.sending import start_campaigns
from campaigns.models import Audience, Campaign
from mailroom.actions.suppression import suppress_address
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, MailRules, Suppression
from members.actions.membership import close_membership
from members.models import Member
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.mailroom.servers import Keeper, serving

pytestmark = pytest.mark.browser
WRITES = [
    *(f"campaigns.{verb}_{model}" for verb in ("view", "add", "change")
      for model in ("audience", "campaign")),
    "campaigns.send_campaign",
]  # fmt: skip
APPROVES = [
    "campaigns.view_campaign",
    "campaigns.approve_campaign",
    "members.decide_approval",
    "members.view_approval",
]
BECAME = {
    "Anna": "sent",
    "Bas": "did not agree to this kind of mail",
    "Cor": "mail to this address came back",
    "Dirk": "has no e-mail address",
    "Eva": "has left",
    "Fem": "had enough mail from us lately",
    "Gijs": "the mail server refused it",
    "Hugo": "unknown whether it was sent",
    "Iris": "the mailing was stopped",
    "Jan": "the mailing was stopped",
}
"""Readers of Dutch in the order in which their mail leaves, and what becomes of it."""
A_MAIL = timedelta(seconds=31)
"""After which another one may leave, at two mails a minute."""


class Moody(Keeper):
    """Takes every message but one it refuses and one on which it hangs up."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address == "gijs@example.nl":
            return "550 this mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "hugo@example.nl" in envelope.rcpt_tos:
            server.transport.abort()
        return await super().handle_DATA(server, session, envelope)


def page_of(chromium, live_server, user):
    session = at_desk(with_factor(user)).cookies["sessionid"].value
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    context.set_default_timeout(15_000)
    return context.new_page()


@pytest.fixture
def people(transactional_db) -> dict[str, Member]:
    """Ten who read Dutch, of whom one said no to news, and one who reads English."""
    now = timezone.now()
    make.published_program(now=now)
    made = {
        name: make.member(name=name, email=f"{name.lower()}@example.nl", now=now) for name in BECAME
    }
    for name, reader in made.items():
        if name != "Bas":
            make.consent(reader, now=now)
    make.consent(make.member(now=now, language="en"), now=now)
    MailRules.objects.create(second_person_above=5, cap_letters=1)
    make.mailing(made["Fem"], now=now)
    return made


def much_happens_to(people, now):
    """What there is to see at the last moment alone."""
    suppress_address(
        email=people["Cor"].email, cause=Suppression.Cause.BOUNCE, detail="550 no", now=now
    )
    Member.objects.filter(pk=people["Dirk"].pk).update(email=None)
    close_membership(member_id=people["Eva"].pk, now=now)


def test_an_audience_a_campaign_a_second_person_and_a_stop(chromium, live_server, people, settings):
    writer = make.staff_with(*WRITES, language="en", name="Bram Bakker")
    other = make.staff_with(*APPROVES, language="en", name="Carla Smit")
    desk = page_of(chromium, live_server, writer)

    build_an_audience(desk, live_server.url)
    write_a_campaign(desk, live_server.url)
    ask_a_colleague(desk)
    campaign = Campaign.objects.get()
    approve(page_of(chromium, live_server, other), live_server.url, campaign)
    with serving(Moody(), settings) as server:
        watch_it_leave(desk, live_server.url, campaign, people)
        stop_half_way(desk)

    assert [letter.rcpt_tos[0] for letter in server.letters] == [
        "anna@example.nl",
        "hugo@example.nl",
    ]
    desk.click("text=Who got it, who did not and why")
    desk.wait_for_url("**/deliveries/")
    rows = {
        row.locator("th").inner_text().strip(): row.locator("td").first.inner_text().strip()
        for row in desk.locator("tbody tr").all()
    }
    assert set(rows) == set(BECAME)
    assert {name: told for name, told in rows.items() if not told.startswith(BECAME[name])} == {}
    assert "this mailbox is full" in rows["Gijs"]


def build_an_audience(desk, site):
    """The count follows what is filled in."""
    desk.goto(f"{site}/admin/campaigns/audience/add/")
    desk.fill("[name=name]", "Readers of Dutch")
    desk.select_option("[name=kind]", "language")
    desk.click("button[value=add]")
    desk.check("[name=c0-among][value=nl]")
    desk.wait_for_selector("[data-headcount] >> text=did not agree")
    assert "10" in desk.locator(".audience-figures dd").first.inner_text()
    desk.click("text=Save the audience")
    desk.wait_for_url("**/audience/")


def write_a_campaign(desk, site):
    """What it says, and how it looks."""
    desk.goto(f"{site}/admin/campaigns/campaign/add/")
    desk.fill("[name=name]", "Bread week")
    desk.select_option("[name=audience]", str(Audience.objects.get().pk))
    for language in ("nl", "en"):
        desk.fill(f"[name=subject_{language}]", "Bread for {first_name}")
        desk.fill(f"[name=body_{language}]", "Fresh **bread**.")
    desk.fill("[name=pace]", "2")
    desk.fill("[name=quiet_from]", "")
    desk.fill("[name=quiet_until]", "")
    desk.click("text=Save the draft")
    desk.click("text=Preview and test")
    mail = desk.frame_locator("iframe").locator("body")
    mail.locator("text=bread").first.wait_for()
    assert "fresh bread" in mail.inner_text().lower()
    desk.get_by_role("link", name="Back", exact=True).click()


def ask_a_colleague(desk):
    """Nine may be mailed, and above five a colleague decides."""
    desk.click("a:has-text('Schedule')")
    desk.fill("[name=reason]", "Bread week begins")
    desk.click("button:has-text('Schedule')")
    desk.wait_for_selector("text=a colleague has to approve it")


def approve(colleague, site, campaign):
    colleague.goto(f"{site}/admin/members/approval/{campaign.approval_id}/change/")
    assert "Bread for {first_name}" in colleague.content()
    colleague.click("button:has-text('Approve')")
    colleague.wait_for_url("**/approval/")


def watch_it_leave(desk, site, campaign, people):
    """The page keeps up with what leaves, two mails a minute."""
    now = timezone.now()
    assert start_campaigns(now=now).members == len(BECAME)
    desk.goto(f"{site}/admin/campaigns/campaign/{campaign.pk}/change/")
    desk.wait_for_selector("h2:has-text('On its way'):has-text('1 of 10')")
    much_happens_to(people, now)
    for number in range(1, 8):
        send_mailings(now=now + number * A_MAIL, seconds=5)
    desk.wait_for_selector("text=8 of 10")
    desk.wait_for_selector("[role=status]:has-text('80%')")
    desk.wait_for_selector("text=nobody knows whether it arrived")
    desk.wait_for_selector(f".campaign-legend >> text={BECAME['Gijs']}")


def stop_half_way(desk):
    desk.click("text=Stop for good")
    desk.fill("[name=reason]", "The bread is gone")
    desk.click("button:has-text('Stop it')")
    desk.wait_for_selector(".campaign-legend >> text=the mailing was stopped")
    send_mailings(now=timezone.now() + timedelta(hours=1), seconds=1)
    assert not Delivery.objects.filter(state="waiting").exists()
