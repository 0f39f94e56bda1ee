"""A campaign from its first line to its last mail: built, approved by another, sent, stopped."""

import pytest
from django.utils import timezone

from campaigns.actions.sending import start_campaigns
from campaigns.models import Audience, Campaign
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, MailRules
from tests import make
from tests.admin.conftest import at_desk, with_factor

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


def page_of(chromium, live_server, user):
    session = at_desk(with_factor(user)).cookies["sessionid"].value
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    context.set_default_timeout(60_000)
    return context.new_page()


@pytest.fixture
def crowd(transactional_db):
    """Six members who read Dutch and said yes to news, two who did not, one who reads English."""
    now = timezone.now()
    make.published_program(now=now)
    dutch = [make.member(now=now) for _ in range(6)]
    for reader in dutch:
        make.consent(reader, now=now)
    for _ in range(2):
        make.member(now=now)
    make.consent(make.member(now=now, language="en"), now=now)
    MailRules.objects.create(second_person_above=5)
    return dutch


def test_an_audience_a_campaign_a_second_person_and_a_stop(chromium, live_server, crowd):
    writer = make.staff_with(*WRITES, language="en", name="Bram Bakker")
    other = make.staff_with(*APPROVES, language="en", name="Carla Smit")
    desk = page_of(chromium, live_server, writer)

    # Whom it is for: the count follows what is filled in.
    desk.goto(f"{live_server.url}/admin/campaigns/audience/add/")
    desk.fill("[name=name]", "Readers of Dutch")
    desk.select_option("[name=kind]", "language")
    desk.click("button[value=add]")
    desk.check("[name=c0-among][value=nl]")
    desk.wait_for_selector("[data-headcount] >> text=did not agree")
    assert "8" in desk.locator(".audience-figures dd").first.inner_text()
    desk.click("text=Save the audience")
    desk.wait_for_url("**/audience/")

    # What it says, and how it looks.
    desk.goto(f"{live_server.url}/admin/campaigns/campaign/add/")
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
    assert "fresh bread" in desk.frame_locator("iframe").locator("body").inner_text().lower()
    desk.click("text=Back")

    # Six may be mailed, and above five a colleague decides.
    desk.click("a:has-text('Schedule')")
    desk.fill("[name=reason]", "Bread week begins")
    desk.click("button:has-text('Schedule')")
    desk.wait_for_selector("text=a colleague has to approve it")
    campaign = Campaign.objects.get()
    colleague = page_of(chromium, live_server, other)
    colleague.goto(f"{live_server.url}/admin/members/approval/{campaign.approval_id}/change/")
    assert "Bread for {first_name}" in colleague.content()
    colleague.click("button:has-text('Approve')")
    colleague.wait_for_url("**/approval/")

    # It leaves; half-way somebody stops it.
    assert start_campaigns(now=timezone.now()).members == 8
    send_mailings(now=timezone.now(), seconds=5)
    sent = Delivery.objects.filter(state="sent").count()
    assert 0 < sent < len(crowd)
    desk.goto(f"{live_server.url}/admin/campaigns/campaign/{campaign.pk}/change/")
    assert "On its way" in desk.content()
    desk.click("text=Stop for good")
    desk.fill("[name=reason]", "The bread is gone")
    desk.click("button:has-text('Stop it')")
    desk.wait_for_selector("text=the mailing was stopped")

    left = Delivery.objects.exclude(state="sent")
    assert Delivery.objects.filter(state="sent").count() == sent
    assert set(left.values_list("state", flat=True)) == {"skipped"}
    assert "stopped" in set(left.values_list("reason", flat=True))
    desk.click("text=Who got it, who did not and why")
    assert desk.locator("tbody tr").count() == 8
    assert "the mailing was stopped" in desk.locator("tbody").inner_text()
