"""Every page of the back office opens, for every model there is."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from loyalty_site.models import JobRun
from members.models import Card, Member, Source, Tier, User
from points.models import Entry, ProgramVersion, Purchase
from tests import make

pytestmark = pytest.mark.django_db
READ_ONLY = [Card, JobRun, Entry, Purchase]
OURS = {Card, JobRun, Entry, Purchase, Member, Source, Tier, User, ProgramVersion}


def page_names() -> list[str]:
    """Every named address of the admin, taken from the resolver."""
    site = next(
        resolver
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "app_name", "") == "admin"
    )
    names = [f"admin:{name}" for name in site.reverse_dict if isinstance(name, str)]
    return sorted(set(names))


@pytest.fixture
def rows():
    """One row of each model, by model."""
    make.published_program()
    member = make.member(points=50)
    purchase = make.purchase(member)
    run = JobRun.objects.create(
        job="expire_points",
        period="2026-06-14",
        state="done",
        started_at=timezone.now(),
        finished_at=timezone.now(),
        done={"points": 12},
    )
    return {
        Member: member,
        Purchase: purchase,
        Card: Card.objects.latest("id"),
        Entry: Entry.objects.latest("occurred_at"),
        ProgramVersion: ProgramVersion.objects.latest("number"),
        JobRun: run,
        Tier: Tier.objects.get(rank=1),
        Source: Source.objects.latest("id"),
        User: make.staff(),
    }


def address(model, page, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_the_rooms_models_are_all_in_the_back_office():
    assert set(admin.site._registry) >= OURS


def test_no_page_shows_the_secrets_behind_a_login():
    shown = {model._meta.label for model in admin.site._registry}

    assert not any(label.startswith(("mfa.", "account.", "usersessions.")) for label in shown)


@pytest.mark.parametrize("model", sorted(OURS, key=lambda model: model._meta.label))
@pytest.mark.parametrize("page", ["changelist", "change", "history"])
def test_each_page_opens(desk, rows, model, page):
    args = [] if page == "changelist" else [rows[model].pk]

    assert desk.get(address(model, page, *args)).status_code == 200


@pytest.mark.parametrize("name", page_names())
def test_no_address_without_a_row_crashes(desk, name):
    try:
        url = reverse(name)
    except NoReverseMatch:
        url = None
        for args in (["7"], ["points"], ["7", "7"]):
            try:
                url = reverse(name, args=args)
                break
            except NoReverseMatch:
                continue
    assert url is not None

    assert desk.get(url).status_code in {200, 302, 400, 403, 404, 405}


@pytest.mark.parametrize("model", READ_ONLY)
def test_a_read_only_row_cannot_be_added_changed_or_deleted_by_address(desk, rows, model):
    row = rows[model]
    before = model.objects.filter(pk=row.pk).values().get()

    assert desk.get(address(model, "add")).status_code == 403
    assert desk.post(address(model, "add"), {}).status_code == 403
    assert desk.post(address(model, "change", row.pk), {"points": 1}).status_code == 403
    assert desk.get(address(model, "delete", row.pk)).status_code == 403
    assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", sorted(OURS, key=lambda model: model._meta.label))
def test_nothing_can_be_deleted_one_by_one_or_in_bulk(desk, rows, model):
    row = rows[model]

    alone = desk.post(address(model, "delete", row.pk), {"post": "yes"})
    desk.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )

    assert alone.status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_a_row_that_is_not_there_is_not_an_error(desk):
    for pk in ("0", "abc", "99999999999999999999"):
        assert desk.get(address(Source, "change", pk)).status_code == 302
        assert desk.get(address(Entry, "change", pk)).status_code == 404
        assert desk.get(f"/admin/members/member/{pk}/freeze/").status_code == 404
