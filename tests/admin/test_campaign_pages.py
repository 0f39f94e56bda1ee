"""The pages of campaigns: building an audience, reading the story, looking for who got it."""

import csv
import re
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions.sending import start_campaigns
from campaigns.models import Audience, Campaign
from mailroom.models import Delivery, Letter, MailRules
from members.models import Approval, StaffAct
from tests import make
from tests.admin.conftest import with_factor
from tests.campaigns.campaigning import draft, readers, scheduled, second_person_above

pytestmark = pytest.mark.django_db
ADD = "/admin/campaigns/audience/add/"
COUNT = "/admin/campaigns/audience/count/"
DUTCH = {"c0-kind": "language", "c0-among": "nl", "rows": "1"}
NAME = {"name": "Dutch", "seen": "0"}


@pytest.fixture
def boss(db):
    return with_factor(make.staff(superuser=True, language="en"))


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def of(campaign, what="change"):
    return f"/admin/campaigns/campaign/{campaign.pk}/{what}/"


def test_a_line_is_added_and_taken_out_without_a_script(desk):
    added = desk.post(ADD, NAME | {"rows": "0", "do": "add", "kind": "tier"})
    typed = NAME | {"rows": "2", "c0-kind": "tier", "c0-among": "1", "c1-kind": "language"}
    dropped = desk.post(ADD, typed | {"c1-among": "en", "do": "drop-0"})

    assert [row.of.value for row in added.context["builder"].rows] == ["tier"]
    (left,) = dropped.context["builder"].rows
    assert (left.of.value, left.prefix, left.initial["among"]) == ("language", "c0", ["en"])
    assert not Audience.objects.exists()


def test_counting_says_how_many_may_be_mailed_and_shows_some(desk):
    readers(2)
    make.member(name="Bo Bos")

    page = desk.post(ADD, NAME | DUTCH | {"do": "count"})

    assert page.context["counted"].members == 3
    assert page.context["counted"].reachable == 2
    assert len(page.context["examples"]) == 3
    assert page.context["sentence"] in page.content.decode()


def test_a_page_that_asks_while_somebody_types_is_told_in_words(desk):
    readers(1)

    counted = desk.post(COUNT, DUTCH).content.decode()
    nobody = desk.post(COUNT, DUTCH | {"c0-among": "en"}).content.decode()
    wrong = desk.post(COUNT, DUTCH | {"c0-among": "fr"}).content.decode()

    assert "This is everybody" in counted
    assert "Nobody matches" in nobody
    assert "still missing" in wrong


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": "1", "c0-kind": "spend", "c0-when": "days", "c0-days": "90"},
        {"rows": "1", "c0-kind": "spend", "c0-least": "abc", "c0-when": "days", "c0-days": "1"},
        {"rows": "1", "c0-kind": "spendable", "c0-least": "9", "c0-most": "1"},
        {"rows": "1", "c0-kind": "joined", "c0-when": "between", "c0-first": "", "c0-last": ""},
        {"rows": "1", "c0-kind": "store", "c0-among": "\x00", "c0-when": "ever"},
        {"rows": "1", "c0-kind": "birthday_soon", "c0-ahead": "-1"},
        {"rows": "1", "c0-kind": "joined", "c0-when": "days", "c0-days": "99999999999999999999"},
    ],
)
def test_what_is_wrong_with_a_line_stands_beside_it_and_saves_nothing(desk, wrong):
    page = desk.post(ADD, NAME | wrong)

    assert page.status_code == 200
    assert any(row.errors for row in page.context["builder"].rows)
    assert not Audience.objects.exists()


@pytest.mark.parametrize("rows", ["-1", "x", "9999999999", "²", ""])
def test_a_number_of_lines_that_is_none_is_no_line(desk, rows):
    assert desk.post(ADD, NAME | {"rows": rows}).status_code == 302

    assert Audience.objects.get().conditions == []


def test_an_audience_is_put_away_and_taken_back(desk):
    desk.post(ADD, NAME | DUTCH)
    audience = Audience.objects.get()

    desk.post(f"/admin/campaigns/audience/{audience.pk}/archive/")
    away = desk.get(f"/admin/campaigns/audience/{audience.pk}/change/").content.decode()

    assert "put away" in away
    assert "Save the audience" not in away
    desk.post(f"/admin/campaigns/audience/{audience.pk}/restore/")
    assert not Audience.objects.get().is_archived


def test_lists_and_pages_ask_a_known_number_of_queries(desk, now):
    readers(3)
    for _ in range(3):
        scheduled(now=now)
    start_campaigns(now=now)
    campaign = Campaign.objects.first()
    found = {}
    for name, address in {
        "campaigns": "/admin/campaigns/campaign/",
        "audiences": "/admin/campaigns/audience/",
        "campaign": of(campaign),
        "deliveries": of(campaign, "deliveries"),
        "searched": of(campaign, "deliveries") + "?q=sanne",
    }.items():
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        found[name] = len(queries)

    assert found == QUERIES


QUERIES = {"campaigns": 5, "audiences": 5, "campaign": 8, "deliveries": 5, "searched": 6}


def test_the_story_says_what_is_still_to_do(desk, now):
    campaign = draft(content={}, audience_id=None)

    page = desk.get(of(campaign)).content.decode()

    assert "Nobody is chosen yet" in page
    assert "not ready in both languages" in page
    assert of(campaign, "schedule") not in page


def test_scheduling_asks_first_and_tells_how_many(desk, now):
    readers(3)
    second_person_above(2)
    campaign = draft()
    asked = desk.get(of(campaign, "schedule"))
    fields = asked.context["form"]

    answer = desk.post(
        of(campaign, "schedule"),
        {
            "reason": "Spring",
            "seen": fields["seen"].value(),
            "request_key": str(fields["request_key"].value()),
        },
    )

    assert "3 now, of whom 3 may be mailed" in asked.content.decode()
    assert answer.status_code == 302
    assert Campaign.objects.get().state == Campaign.State.WAITING
    assert StaffAct.objects.filter(what__startswith="A colleague was asked").exists()


def test_a_second_person_reads_it_and_approves_it(desk):
    readers(3)
    second_person_above(2)
    request = scheduled(now=timezone.now()).approval

    page = desk.get(f"/admin/members/approval/{request.pk}/change/").content.decode()
    desk.post(
        f"/admin/members/approval/{request.pk}/decide/",
        {"digest": request.digest, "decision": "approve", "note": ""},
    )

    assert "News for {first_name}" in page
    assert request.asked["sentences"]["en"] in page
    assert Approval.objects.get().state == Approval.State.APPROVED
    assert Campaign.objects.get().state == Campaign.State.SCHEDULED


def test_who_got_it_can_be_filtered_searched_and_taken_along(desk, now):
    first, second, _third = readers(3)
    campaign = scheduled()
    start_campaigns(now=now)
    Delivery.objects.filter(member=first).update(
        state="failed", reason="refused", fault="=cmd|' /C calc'!A0"
    )

    failed = desk.get(of(campaign, "deliveries") + "?state=failed")
    found = desk.get(of(campaign, "deliveries") + f"?q={second.email}")
    file = desk.get(of(campaign, "download") + "?state=failed")
    rows = list(csv.reader(StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))

    assert [row.member_id for row, *_ in failed.context["rows"]] == [first.pk]
    assert [row.member_id for row, *_ in found.context["rows"]] == [second.pk]
    assert rows[1][0] == str(first.pk)
    assert rows[1][-1].startswith("'=")


def test_a_list_goes_on_where_the_page_before_ended(desk, now, monkeypatch):
    monkeypatch.setattr("campaigns.reports.deliveries.A_PAGE", 2)
    members = readers(5)
    campaign = scheduled()
    start_campaigns(now=now)
    seen, query = [], ""

    for _page in range(4):
        page = desk.get(of(campaign, "deliveries") + f"?{query}")
        seen += [row.member_id for row, *_ in page.context["rows"]]
        query = page.context["following"]
        if not query:
            break

    assert seen == sorted(member.pk for member in members)


def test_addresses_are_for_who_may_see_members(desk_of, now):
    (reader,) = readers(1)
    campaign = scheduled()
    start_campaigns(now=now)
    address = of(campaign, "deliveries")

    plain = desk_of("campaigns.view_campaign").get(address).content.decode()
    more = desk_of("campaigns.view_campaign", "members.view_member").get(address).content.decode()

    assert reader.email not in plain
    assert reader.name in plain
    assert reader.email in more


def test_a_preview_is_of_a_member_of_the_audience_alone(desk, now):
    (inside,) = readers(1, name="Ana Visser")
    outside = make.member(name="Bo Smit", language="en")
    campaign = draft()
    Audience.objects.update(conditions=[{"kind": "language", "among": ["nl"]}])

    page = desk.get(of(campaign, "preview") + f"?member={inside.pk}&language=en")
    others = [
        desk.get(of(campaign, "preview") + f"?member={number}&language=en")
        for number in (outside.pk, 999999999, "x")
    ]

    assert "Ana Visser" in page.context["preview"].message.html
    assert re.search(r"<iframe[^>]*\ssandbox\s", page.content.decode())
    assert all("Anna Visser" in other.context["preview"].message.html for other in others)


def test_a_test_goes_to_who_asks_once(desk, boss, now):
    campaign = draft()
    key = "0f0d9b39-5e6f-4b0f-8f0e-2f1f3f4f5f6f"

    for _ in range(2):
        desk.post(of(campaign, "preview") + "?language=en", {"request_key": key})

    letter = Letter.objects.get()
    assert letter.to == boss.email
    assert letter.subject == "Test: News for Anna"


def test_a_message_that_is_not_ready_is_not_tested(desk, now):
    campaign = draft()
    Campaign.objects.update(content={"en": {"subject": "Hi {nobody}", "body": "x"}})
    key = "0f0d9b39-5e6f-4b0f-8f0e-2f1f3f4f5f6f"

    page = desk.get(of(campaign, "preview") + "?language=en")
    desk.post(of(campaign, "preview") + "?language=en", {"request_key": key})

    assert page.context["form"] is None
    assert not Letter.objects.exists()


def test_the_rules_for_mailings_are_saved_with_a_trace(desk):
    page = desk.get("/admin/mailroom/mailrules/")
    shown = {name: page.context["form"][name].value() for name in page.context["form"].fields}

    desk.post("/admin/mailroom/mailrules/", shown | {"second_person_above": "5"})
    stale = desk.post("/admin/mailroom/mailrules/", shown | {"second_person_above": "7"})

    assert MailRules.objects.get().second_person_above == 5
    assert "A colleague has changed this" in stale.content.decode()
