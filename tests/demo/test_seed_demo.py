import re
from io import StringIO

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import F, Q
from django.utils import timezone

from loyalty_site.demo import sample
from loyalty_site.demo.logins import SECRET, current_code
from loyalty_site.demo.seeding import SOURCE
from loyalty_site.demo.tills import STORES, UNUSUAL_CASHIER
from loyalty_site.models import JobRun
from loyalty_site.staff_groups import GROUPS
from members.models import (
    ApiClient,
    ApiKey,
    Approval,
    Branding,
    Departure,
    Invitation,
    Look,
    Member,
    StaffAct,
    Terms,
    User,
)
from points.actions.receipts import claim_receipt
from points.forms import ClaimForm
from points.models import (
    Entry,
    Lot,
    OpenReceipt,
    ProgramVersion,
    Purchase,
    PurchaseLine,
    UnusualUse,
)
from points.program_cache import current_program, rules_of
from points.reports.verification import verify_ledger
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
TODAY = "2026-11-22T09:00:00+01:00"
NEXT_WEEK = "2026-11-29T09:00:00+01:00"


@pytest.fixture(autouse=True)
def _debug(settings):
    settings.DEBUG = True


def seed(members=4):
    out = StringIO()
    call_command("seed_demo", "--members", str(members), stdout=out, stderr=StringIO())
    return out.getvalue()


def everything():
    """Every row of every table."""
    return {
        model._meta.label: sorted(model.objects.values_list(), key=repr)
        for model in apps.get_models()
        if model._meta.managed
    }


@time_machine.travel(TODAY, tick=False)
def test_the_demo_shows_a_member_with_a_tier_and_points_that_went_and_will_go():
    seed()

    sanne = User.objects.get(email="sanne.devries@post.example").member
    lots = Lot.objects.filter(member_id=sanne.pk)

    assert Purchase.objects.filter(member_id=sanne.pk).count() > 100
    assert sanne.account.tier.name_nl == "Goud"
    assert sanne.account.balance > 1_000
    assert lots.filter(expired__gt=0).exists()
    assert lots.filter(remaining__gt=0, expires_at__lt="2026-12-22T00:00Z").exists()
    assert JobRun.objects.filter(state="done", job="place_tiers").exists()
    assert not verify_ledger().violations


@time_machine.travel(TODAY, tick=False)
def test_what_the_program_leaves_out_is_in_the_purchases_under_the_same_name():
    seed(members=20)

    smokers = Purchase.objects.filter(
        pk__in=PurchaseLine.objects.filter(category="Sigaretten").values("purchase")
    )
    assert smokers.exists()
    assert not smokers.filter(base=F("total"), total__gt=0).exists()
    excluded = set(current_program().at(NOW).excluded_categories)
    draft = rules_of(ProgramVersion.objects.drafts().get())
    rewarded = {name for rule in draft.earning_rules for name in rule.categories}
    assert set(sample.IN_DUTCH.values()) == excluded | rewarded


@time_machine.travel(TODAY, tick=False)
def test_no_page_of_the_back_office_is_left_empty():
    seed(members=12)

    bought = Purchase.objects.all()
    assert not bought.filter(Q(store="") | Q(till="") | Q(cashier="")).exists()
    assert bought.values("store").distinct().count() == len(STORES)
    assert Branding.current().name == "Marktzicht"
    assert Terms.objects.in_force(timezone.now()).number == 1
    assert Invitation.objects.filter(joined_at__isnull=False).count() == 1
    assert Invitation.objects.open_at(timezone.now()).count() == 6
    assert Approval.objects.waiting(timezone.now()).get().asked["points"] == 1_250
    assert Departure.objects.exists()
    assert Look.objects.exists()
    assert StaffAct.objects.filter(reason="Kaart verloren").get().staff.email.startswith("balie@")


@time_machine.travel(TODAY, tick=False)
def test_the_nightly_count_finds_the_one_card_that_is_used_unusually():
    seed(members=12)

    found = UnusualUse.objects.all()

    assert {use.days for use in found} >= {30, 90}
    assert {(use.store, use.who) for use in found} == {("Marktplein", UNUSUAL_CASHIER)}


@time_machine.travel(TODAY, tick=False)
def test_tills_and_a_web_shop_are_connected_and_their_keys_shown_nowhere(capfd):
    said = seed(members=1)

    clients = ApiClient.objects.select_related("source")
    assert {client.source.name for client in clients} == {SOURCE}
    assert ApiKey.objects.live(timezone.now()).count() == len(clients) == 2
    assert StaffAct.objects.filter(content_type__model="apiclient").count() == 2
    assert "klv_" not in f"{said}{capfd.readouterr()}"


@time_machine.travel(TODAY, tick=False)
def test_a_second_run_changes_nothing():
    seed(members=12)
    before = everything()

    said = seed(members=12)

    assert "nothing has changed" in said
    assert everything() == before


@time_machine.travel(TODAY, tick=False)
def test_a_draft_waits_to_be_tried_on_the_past():
    seed()

    draft = ProgramVersion.objects.drafts().get()
    assert draft.effective_at > timezone.now()
    assert len(rules_of(draft).earning_rules) == 4
    bought = PurchaseLine.objects.values_list("category", "department").distinct()
    named = {name for row in bought for name in row}
    asked = {name for rule in rules_of(draft).earning_rules for name in rule.categories}
    assert asked <= named


def test_what_was_set_since_stays_as_it_is():
    seed(members=1)
    Branding.objects.update(name="Kaas & Zo")
    make.terms(now=timezone.now())
    Invitation.objects.update(withdrawn_at=timezone.now())

    seed(members=1)

    assert not Invitation.objects.open_at(timezone.now()).exists()
    assert Branding.current().name == "Kaas & Zo"
    assert Terms.objects.count() == 2


def test_a_run_that_was_cut_off_goes_on_another_day_where_it_was():
    with time_machine.travel(TODAY, tick=False):
        seed(members=1)
    with time_machine.travel(NEXT_WEEK, tick=False):
        seed(members=3)
        said = seed(members=3)

    days = {purchase.placed_at.date() for purchase in Purchase.objects.all()}
    assert "nothing has changed" in said
    assert str(max(days)) <= "2026-11-21"
    assert Member.objects.exclude(name="").count() == 3


@time_machine.travel(TODAY, tick=False)
def test_staff_have_the_known_second_factor_and_each_group_a_colleague():
    seed(members=1)

    manager = User.objects.get(email="admin@marktzicht.example")
    team = User.objects.filter(is_staff=True, is_superuser=False).order_by("pk")

    assert manager.is_superuser
    assert [list(one.groups.values_list("name", flat=True)) for one in team] == [
        [group] for group in GROUPS
    ]
    assert team[0].has_perm("members.look_up_member")
    assert not team[0].has_perm("points.adjust_points")
    assert validate_totp_code(SECRET, current_code())


@time_machine.travel(TODAY, tick=False)
def test_the_logins_are_told_with_the_code_of_the_moment():
    seed(members=1)
    out = StringIO()

    call_command("demo_logins", stdout=out)

    assert "sanne.devries@post.example" in out.getvalue()
    assert re.search(rf"\b{current_code()}\b", out.getvalue())
    assert SECRET in out.getvalue()


def test_a_site_in_earnest_gets_no_demo(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        seed()

    assert not User.objects.exists()


def test_a_system_with_a_program_of_its_own_gets_no_demo():
    make.published_program()

    with pytest.raises(CommandError, match="empty system") as refused:
        seed()

    assert refused.value.returncode == 2
    assert ProgramVersion.objects.count() == 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize("members", ["0", "250", "many"])
def test_there_are_so_many_members_and_no_more(members):
    with pytest.raises(CommandError, match="1 to 249"):
        call_command("seed_demo", "--members", members)


def test_the_purchases_come_from_a_source_of_their_own():
    with time_machine.travel(TODAY, tick=False):
        seed(members=1)

    assert {purchase.source.name for purchase in Purchase.objects.all()[:5]} == {SOURCE}


@time_machine.travel(TODAY, tick=False)
def test_a_receipt_of_the_demo_can_be_claimed_as_it_is_told():
    seed(members=1)
    out = StringIO()
    call_command("demo_logins", stdout=out)
    number, day, total = re.search(
        r"(MZ-1001) of ([0-9-]+), ([0-9.]+) euros", out.getvalue()
    ).groups()
    form = ClaimForm({"number": number, "bought_on": day, "total": total})

    assert form.is_valid()
    purchase = claim_receipt(
        member_id=Member.objects.exclude(name="").get().pk,
        actor="user:1",
        now=timezone.now(),
        **form.cleaned_data,
    )

    assert purchase.earned > 0
    assert OpenReceipt.objects.unclaimed().count() == 2
