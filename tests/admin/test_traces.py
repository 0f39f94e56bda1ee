"""Whatever staff change leaves one row: who, what, what it was, what it became, and why."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import RequestFactory
from django.utils import timezone

from campaigns.models import Audience, Campaign
from members.models import Card, Look, Member, StaffAct, Terms, Tier, User
from points.models import Entry
from rewards.models import Reward
from tests import make

pytestmark = pytest.mark.django_db
ACTS = "/admin/members/staffact/"


class Fields(HTMLParser):
    """What a browser would send of a page's form if nobody touched it."""

    def __init__(self, page: str):
        super().__init__()
        self.values, self.select, self.area = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        name = facts.get("name")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in facts:
            self.values[self.select] = facts.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""
        elif tag == "input" and name and self.is_sent(facts):
            self.values[name] = facts.get("value", "")

    def is_sent(self, facts) -> bool:
        if facts.get("type") in {"checkbox", "radio"}:
            return "checked" in facts
        return facts.get("type") not in {"file", "submit", "search"}

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None


def of(label: str) -> str:
    return f"/admin/{label.replace('.', '/').lower()}/"


def audience() -> int:
    made = Audience.objects.filter(name="Some").first() or Audience.objects.create(
        name="Some", made_by=User.objects.first(), made_at=make.NOW, changed_at=make.NOW
    )
    return made.pk


def campaign() -> int:
    by = User.objects.first()
    made = Campaign.objects.filter(name="Spring").first() or Campaign.objects.create(
        name="Spring", content=make.CONTENT, drafted_by=by, changed_by=by, drafted_at=make.NOW
    )
    return made.pk


def first(model) -> int:
    return model.objects.order_by("pk").first().pk


PEOPLE = {"people": "Eva Mol <eva@example.nl>", "reason": "Pilot"}
TEXTS = {"text_nl": "Neem deel.", "text_en": "Take part."}
WORDS = {"name": "Autumn", "subject_nl": "Herfst", "body_nl": "Beste {name}"}
WORTH = {"name": "Cinema", "gives": "discount", "value": "5.00"}
COUPON = {"least_total": "20.00", "lines_nl": "€ 5 korting", "lines_en": "€5 off"}
REWARD = {"gives": "perk", "name_nl": "Koffie", "name_en": "Coffee", "points": "100"}
EDITS = {
    "mailroom.Suppression": [(lambda: "add/", {"email": "x@example.nl", "reason": "Asked us"})],
    "campaigns.Audience": [
        (lambda: "add/", {"name": "Everybody"}),
        (lambda: f"{audience()}/change/", {"name": "All of them"}),
    ],
    "campaigns.Campaign": [
        (lambda: "add/", WORDS),
        (lambda: f"{campaign()}/edit/", WORDS),
    ],
    "mailroom.MailRules": [(lambda: "", {"cap_letters": "3"})],
    "members.Branding": [(lambda: "", {"name": "Kruidenier"})],
    "members.JoiningRules": [(lambda: "", {"minimum_age": "18"})],
    "members.Invitation": [(lambda: "add/", PEOPLE)],
    "members.Member": [
        (lambda: f"{first(Member)}/change/?correct=1", {"name": "Anna Visser"}),
        (lambda: "add/", {"name": "Bo Bos"}),
    ],
    "members.Source": [(lambda: "add/", {"name": "webshop"})],
    "members.Terms": [
        (lambda: "add/", TEXTS),
        (
            lambda: f"{Terms.objects.get(published_at=None).pk}/edit/",
            TEXTS | {"text_en": "Take part!"},
        ),
    ],
    "members.Tier": [(lambda: f"{first(Tier)}/change/", {"name_nl": "Starter"})],
    "members.User": [
        (lambda: f"{first(User)}/change/", {"name": "Other Name"}),
        (lambda: "add/", {"email": "new@example.nl", "name": "New"}),
    ],
    "points.AdjustmentLimit": [(lambda: "1/change/", {"points_a_day": "100"})],
    "rewards.Batch": [(lambda: "add/", WORTH | {"wanted": "2"})],
    "rewards.CouponRule": [(lambda: "add/", WORTH | COUPON)],
    "rewards.Reward": [
        (lambda: f"{first(Reward)}/change/", {"points": "600"}),
        (lambda: "add/", REWARD),
    ],
    "points.ProgramVersion": [(lambda: "add/", {"toml": make.program_toml(rate=2)})],
}
# Its page answers with the key instead of going on to the list: tests/admin/test_api_clients.py.
TRIED_ELSEWHERE = {"members.ApiClient"}
CASES = [(label, *case) for label, cases in EDITS.items() for case in cases]


@pytest.fixture
def rows(boss):
    """One row of what can be edited; made before the desk counts."""
    make.published_program()
    make.login(email="a@example.nl")
    User.objects.filter(email="a@example.nl").update(is_staff=True)
    make.member()
    make.terms()
    make.reward()
    Terms.objects.create(number=9, text_nl="Ontwerp", text_en="Draft")
    return StaffAct.objects.count()


def test_every_page_that_can_be_edited_is_tried_here():
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    editable = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.has_change_permission(request) or page.has_add_permission(request)
    }

    assert editable == set(EDITS) | TRIED_ELSEWHERE


@pytest.mark.parametrize(("label", "place", "changes"), CASES)
def test_an_edit_leaves_exactly_one_row(desk, boss, rows, label, place, changes):
    address = of(label) + place()
    shown = Fields(desk.get(address).content.decode()).values

    answer = desk.post(address, shown | changes)

    assert answer.status_code == 302, answer.context["form"].errors
    assert StaffAct.objects.count() == rows + 1
    act = StaffAct.objects.latest("id")
    assert act.staff == boss
    assert act.what
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(("label", "place", "changes"), CASES)
def test_a_form_that_was_not_touched_leaves_no_row(desk, rows, label, place, changes):
    address = of(label) + place()
    if "change/" not in address:
        return
    shown = Fields(desk.get(address).content.decode()).values

    assert desk.post(address, shown).status_code == 302

    assert StaffAct.objects.count() == rows


@pytest.mark.parametrize(("label", "place", "changes"), CASES)
def test_a_page_tells_its_history(desk, rows, label, place, changes):
    address = of(label) + place()
    shown = Fields(desk.get(address).content.decode()).values
    desk.post(address, shown | changes)
    act = StaffAct.objects.latest("id")
    kind = act.content_type

    history = desk.get(f"/admin/{kind.app_label}/{kind.model}/{act.object_id}/history/")

    assert history.status_code == 200
    assert act.pk in [deed.act.pk for deed in history.context["deeds"]]
    assert act.what in history.content.decode()


# What a row says


@pytest.fixture
def member():
    make.published_program()
    return make.member(name="Ana Visser", points=100, birthday=None)


def correct(desk, member, **changes):
    address = f"/admin/members/member/{member.pk}/change/?correct=1"
    shown = Fields(desk.get(address).content.decode()).values
    return desk.post(address, shown | changes)


def test_a_correction_says_what_it_was_and_what_it_became(desk, boss, member):
    boss.language = "en"
    boss.save()

    correct(desk, member, name="Anna Visser", birthday="1990-05-17", postal_code="1234 AB")

    act = StaffAct.objects.get()
    assert act.before == {"name": "Ana Visser", "birthday": None, "postal_code": ""}
    assert act.after == {"name": "Anna Visser", "birthday": "1990-05-17", "postal_code": "1234 AB"}
    assert act.member == member
    history = desk.get(f"/admin/members/member/{member.pk}/history/").content.decode()
    for word in ("Ana Visser", "Anna Visser", "17 May 1990", "Postal code", "1234 AB"):
        assert word in history


def test_choices_and_booleans_are_told_in_words(desk, boss, member):
    boss.language = "en"
    boss.save()
    correct(desk, member, language="en")

    page = desk.get(f"/admin/members/member/{member.pk}/history/")

    (change,) = page.context["deeds"][0].changes
    assert (change.label, change.before, change.after) == ("Language", "Dutch", "English")


def test_what_was_done_with_cards_and_points_stands_on_the_members_page(desk, member):
    card = Card.objects.get(member=member)
    desk.post(f"/admin/members/card/{card.pk}/block/", {"reason": "Lost it"})
    entry = Entry.objects.get()

    page = desk.get(f"/admin/members/member/{member.pk}/history/").content.decode()
    on_card = desk.get(f"/admin/members/card/{card.pk}/history/").content.decode()

    assert "Lost it" in page
    assert "Lost it" in on_card
    assert "Lost it" not in desk.get(f"/admin/points/entry/{entry.pk}/history/").content.decode()


def test_a_row_cannot_be_changed_or_added_by_hand(desk, member):
    correct(desk, member, name="Anna")
    act = StaffAct.objects.get()

    for page in (f"{ACTS}{act.pk}/change/", f"{ACTS}add/"):
        assert desk.post(page, {"what": "nothing"}).status_code == 403
    assert StaffAct.objects.get().what == act.what


def test_only_who_may_see_a_row_sees_its_history(desk_of, member):
    address = f"/admin/members/member/{member.pk}/history/"

    assert desk_of("members.view_member").get(address).status_code == 200
    assert desk_of().get(address).status_code == 403


# The lists


def test_acts_are_found_by_colleague_by_member_and_by_day(desk, boss, member):
    correct(desk, member, name="Anna Visser")
    act, now = StaffAct.objects.get(), timezone.now()
    colleague = make.staff(name="Bram Bakker")
    StaffAct.objects.create(
        staff=colleague,
        at=now - timedelta(days=3),
        what="Published",
        content_type=act.content_type,
        object_id="1",
    )

    def found(**query) -> list[str]:
        return [row.staff.pk for row in desk.get(ACTS, query).context["cl"].result_list]

    assert found() == [colleague.pk, boss.pk]
    assert found(staff=colleague.pk) == [colleague.pk]
    assert found(day="today") == [*found(day="yesterday"), boss.pk]
    assert found(day="7") == [colleague.pk, boss.pk]
    assert found(member__id__exact=member.pk) == [boss.pk]
    for text in (f"#{member.pk}", "anna vi", boss.email[:7]):
        assert boss.pk in found(q=text)
    assert found(q="bram") == [colleague.pk]
    assert found(q="#nobody") == found(q="nobody") == []


def test_an_act_leads_to_what_it_was_done_to(desk, member):
    correct(desk, member, name="Anna Visser")

    page = desk.get(f"{ACTS}{StaffAct.objects.get().pk}/change/").content.decode()

    assert f"/admin/members/member/{member.pk}/change/" in page
    assert "Ana Visser → Anna Visser" in page


@pytest.mark.parametrize("address", [ACTS, "/admin/members/look/"])
def test_a_list_of_traces_takes_few_queries(
    desk, boss, member, address, django_assert_max_num_queries
):
    for _ in range(3):
        other = make.member()
        correct(desk, other, name="Other")
        Look.objects.create(staff=boss, member=other, at=timezone.now(), through="page")
    desk.get(address)

    with django_assert_max_num_queries(12):
        desk.get(address)
