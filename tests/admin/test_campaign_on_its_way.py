"""A campaign on its way, over the back office: how fast it goes, and mail of which nobody knows."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from campaigns.actions.bonuses import give_bonuses
from campaigns.actions.sending import start_campaigns
from campaigns.models import Campaign
from campaigns.reports.progress import progress
from mailroom.actions.deliveries import claim_deliveries, let_leave, record_outcomes
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery
from mailroom.outcome import TAKEN, Fate, Outcome
from members.models import StaffAct
from points.models import Entry
from tests import make
from tests.admin.conftest import with_factor
from tests.campaigns.campaigning import readers, scheduled

pytestmark = pytest.mark.django_db
IN_DOUBT = Outcome(Fate.IN_DOUBT, "The server hung up")
RIGHTS = ("campaigns.view_campaign", "campaigns.send_campaign", "members.view_member")


@pytest.fixture
def boss(db):
    return with_factor(make.staff(superuser=True, language="en"))


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def of(campaign, what="change"):
    return f"/admin/campaigns/campaign/{campaign.pk}/{what}/"


def leaves(campaign, *, now, most=500, **outcomes):
    """Let some mails of a campaign leave; each is taken, or has the outcome of its reader."""
    mailing_id = Campaign.objects.get(pk=campaign.pk).mailing_id
    about = {"mailing_id": mailing_id, "mark": make.MARK, "now": now}
    claimed = claim_deliveries(**about, after=0, most=most)
    mails = let_leave(**about, claimed=claimed).mails
    told = {mail.id: outcomes.get(mail.name, TAKEN) for mail in mails}
    record_outcomes(mails=mails, outcomes=told, mark=make.MARK, now=now)


@pytest.fixture
def doubted(now):
    """A campaign of which one mail left, and of another nobody knows."""
    make.consent(make.member(name="Anna"))
    make.consent(make.member(name="Hugo"))
    campaign = scheduled(bonus_points=10)
    start_campaigns(now=now)
    leaves(campaign, now=now, Hugo=IN_DOUBT)
    return campaign


def answer(client, campaign, do, delivery=None):
    number = (delivery or Delivery.objects.get(member__name="Hugo")).pk
    return client.post(of(campaign, "settle"), {"delivery": str(number), "do": do}, follow=True)


def hugo() -> tuple[str, str]:
    return Delivery.objects.values_list("state", "reason").get(member__name="Hugo")


def test_mail_of_which_nobody_knows_is_shown_with_both_ways_out(desk, doubted):
    page = desk.get(of(doubted)).content.decode()
    listed = desk.get(of(doubted, "deliveries") + "?state=unknown").content.decode()

    assert "Of 1 mail nobody knows whether it arrived" in page
    assert "Hugo" in listed
    assert "Anna" not in listed
    assert 'value="again"' in listed
    assert 'value="leave"' in listed


def test_it_is_sent_again_because_a_person_says_so(desk, boss, doubted, now):
    send_mailings(now=now, seconds=1)
    assert hugo() == ("unknown", "")

    page = answer(desk, doubted, "again")

    assert hugo() == ("waiting", "")
    assert "Sent one mail again" in page.content.decode()
    act = StaffAct.objects.get()
    assert (act.staff, act.what) == (boss, "Sent one mail again")
    later = timezone.now() + timedelta(minutes=1)
    assert send_mailings(now=later, seconds=1).sent == 1
    assert hugo() == ("sent", "")
    assert give_bonuses(now=later) == 2


def test_it_is_left_as_it_is_and_asked_about_no_more(desk, boss, doubted, now):
    answer(desk, doubted, "leave")

    assert hugo() == ("unknown", "left")
    assert (StaffAct.objects.get().staff, StaffAct.objects.get().what) == (
        boss,
        "Left one mail as it is",
    )
    page = desk.get(of(doubted)).content.decode()
    listed = desk.get(of(doubted, "deliveries") + "?state=unknown").content.decode()
    assert "nobody knows whether it arrived" not in page
    assert "left as it is" in listed
    assert 'value="again"' not in listed
    give_bonuses(now=now)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("do", ["again", "leave"])
def test_what_was_sent_is_not_settled(desk, doubted, do):
    anna = Delivery.objects.get(member__name="Anna")

    page = answer(desk, doubted, do, anna)

    anna.refresh_from_db()
    assert anna.state == "sent"
    assert "was sent already" in page.content.decode()
    assert not StaffAct.objects.exists()


def test_mail_of_another_campaign_is_not_settled_here(desk, doubted, now):
    readers(1)
    other = scheduled()

    page = answer(desk, other, "again")

    assert hugo() == ("unknown", "")
    assert "This mail is not of this campaign." in page.content.decode()


@pytest.mark.parametrize("number", ["", "x", "²", "-1", "9" * 30])
def test_a_number_that_is_none_settles_nothing(desk, doubted, number):
    reply = desk.post(of(doubted, "settle"), {"delivery": number, "do": "again"})

    assert reply.status_code == 302
    assert hugo() == ("unknown", "")


def test_who_may_not_send_settles_nothing_and_sees_no_button(desk_of, doubted):
    client = desk_of(*(right for right in RIGHTS if right != "campaigns.send_campaign"))

    listed = client.get(of(doubted, "deliveries") + "?state=unknown").content.decode()
    reply = answer(client, doubted, "again")

    assert "Hugo" in listed
    assert 'value="again"' not in listed
    assert reply.status_code == 403
    assert hugo() == ("unknown", "")


def test_the_rate_and_the_time_left_follow_what_leaves(now):
    readers(60)
    campaign = scheduled()
    start_campaigns(now=now)
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert (progress(campaign, now).rate, progress(campaign, now).left) == ("", "")

    leaves(campaign, now=now + timedelta(seconds=20), most=10)
    leaves(campaign, now=now + timedelta(seconds=50), most=10)
    with override("en"):
        far = progress(campaign, now + timedelta(seconds=60))

    assert (far.settled, far.total, far.percent) == ("20", "60", 33)
    assert (far.rate, far.left) == ("20 a minute", "about 2 minutes left")
