"""Every address of the back office × everybody who might ask for it."""

import logging

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponseForbidden
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver, reverse

from loyalty_site.handbook import CHAPTERS
from loyalty_site.jobs import JOBS
from loyalty_site.sidebar import navigation
from loyalty_site.staff_groups import GROUPS
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.matrix import LIST_ACTIONS, TABLE, WITHOUT_NAME
from tests.admin.rows import draft_with_a_rule, one_of_each, used_at_counter

pytestmark = pytest.mark.django_db
WORKERS = [*GROUPS, "without group", "superuser"]
OTHER_ARGUMENTS = {
    "counter_member": lambda rows: [rows_by_label(rows)["members.member"].pk],
    "counter_reward": lambda rows: [rows_by_label(rows)["members.member"].pk],
    "counter_used": lambda _rows: [used_at_counter()],
    "counter_undo": lambda _rows: [used_at_counter()],
    "admin:members_branding_picture": lambda _rows: ["light"],
    "admin:points_purchase_undo": lambda rows: [
        rows_by_label(rows)["points.purchase"].pk,
        rows_by_label(rows)["points.purchase"].refunds.get().pk,
    ],
    "admin:points_programversion_add_rule": lambda _rows: [draft_with_a_rule()],
    "admin:points_rule_change": lambda _rows: [draft_with_a_rule(), 1],
    "admin:points_rule_drop": lambda _rows: [draft_with_a_rule(), 1],
    "admin:mailroom_kind": lambda _rows: ["points/welcome"],
    "job_run_now": lambda _rows: [JOBS[0].name],
    "handbook_chapter": lambda _rows: [CHAPTERS[-1].key],
    "admin:view_on_site": lambda _rows: [1, 1],
}


def addresses(resolver=None, before="", space="") -> list[tuple[str, str]]:
    """Every pattern under /admin/ with its name, as Django resolves them."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [space, pattern.namespace]))
            found += addresses(pattern, path, inner)
        elif path.startswith("admin/"):
            name = f"{space}:{pattern.name}".removeprefix(":") if pattern.name else ""
            found.append((path, name))
    return found


NAMED = sorted({name for _, name in addresses() if name} - {"admin:autocomplete", "admin:app_list"})


def rows_by_label(rows) -> dict:
    return {model._meta.label_lower: row for model, row in rows.items()}


def model_of(name) -> str:
    """The model an address is of, as `room.model`; nothing for the others."""
    for model in admin.site._registry:
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return model._meta.label_lower
    return ""


def url_of(name, rows) -> str:
    if name in OTHER_ARGUMENTS:
        return reverse(name, args=OTHER_ARGUMENTS[name](rows))
    needs_row = any("object_id" in path for path, known in addresses() if known == name)
    return reverse(name, args=[rows_by_label(rows)[model_of(name)].pk] if needs_row else [])


@pytest.fixture(autouse=True)
def _short_refusals(monkeypatch):
    """A thousand refusals need neither their page nor their line in the log."""

    def plain(*_request: object, **_exception: object) -> HttpResponseForbidden:
        return HttpResponseForbidden()

    monkeypatch.setattr("loyalty_site.urls.handler403", plain, raising=False)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


@pytest.fixture
def rows():
    return one_of_each()


def worker(name) -> Client:
    user = make.staff(superuser=name == "superuser")
    if name in GROUPS:
        user.groups.add(Group.objects.get(name=name))
    return at_desk(with_factor(user))


def answer_to(client, method, url) -> int:
    """Ask, and undo whatever the question did."""
    with transaction.atomic():
        status = getattr(client, method)(url).status_code
        transaction.set_rollback(True)
    return status


def answers_alike(name, address) -> bool:
    """Where sending shows what asking shows; asked of a superuser it would only take time."""
    reads = (
        address.endswith(("_changelist", "_history")) and TABLE[address].see <= TABLE[address].send
    )
    return reads or name == "superuser"


def test_every_address_has_a_line_and_every_line_an_address():
    unknown = set(NAMED) - set(TABLE)
    stale = set(TABLE) - set(NAMED)

    assert not unknown, f"say in tests/admin/matrix.py who may open: {sorted(unknown)}"
    assert not stale, f"tests/admin/matrix.py names what does not exist: {sorted(stale)}"


def test_addresses_without_a_name_are_known():
    nameless = {path for path, name in addresses() if not name}

    assert [path for path in nameless if not path.endswith(tuple(WITHOUT_NAME))] == []


def test_every_model_of_the_back_office_has_a_row_here(rows):
    missing = {model._meta.label for model in admin.site._registry} - {
        model._meta.label for model in rows
    }

    assert not missing, f"make a row in tests/admin/rows.py of: {sorted(missing)}"


@pytest.mark.parametrize("name", WORKERS)
def test_each_address_opens_for_whom_the_matrix_says_and_nobody_else(rows, name):
    client = worker(name)
    wrong = []
    for address in sorted(set(NAMED) & set(TABLE)):
        access, url = TABLE[address], url_of(address, rows)
        for method, allowed in (("get", access.see), ("post", access.send)):
            if method == "post" and name in allowed and answers_alike(name, address):
                continue
            status = answer_to(client, method, url)
            if not (status in access.answers if name in allowed else status == 403):
                wrong.append(f"{method} {address}: {status}, {name in allowed=}")
        if address == "admin:logout":
            client = worker(name)

    assert not wrong, "\n".join(wrong)


def test_a_member_opens_nothing(rows):
    client = at_desk(with_factor(make.member_with_login().user))

    opened = [name for name in NAMED if answer_to(client, "get", url_of(name, rows)) != 403]
    sent = [name for name in NAMED if answer_to(client, "post", url_of(name, rows)) != 403]

    assert (opened, sent) == ([], [])


def test_a_stranger_is_sent_to_the_login_from_everywhere(rows):
    client = Client()

    for name in NAMED:
        for method in ("get", "post"):
            answer = getattr(client, method)(url_of(name, rows))
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/accounts/login/"), name


@pytest.mark.parametrize("name", WORKERS)
def test_the_sidebar_leads_to_what_one_may_open_and_leaves_nothing_out(rows, name):
    client = worker(name)
    request = RequestFactory().get("/admin/")
    request.user = client.get("/admin/").wsgi_request.user
    shown = {item["link"] for section in navigation(request) for item in section["items"]}
    lists = {
        url_of(address, rows)
        for address in NAMED
        if address.endswith("_changelist") and name in TABLE[address].see
    }

    assert lists <= shown
    assert [url for url in shown if client.get(url).status_code not in {200, 302}] == []


@pytest.mark.parametrize("name", WORKERS)
def test_the_front_of_a_room_opens_for_who_may_see_something_in_it(rows, name):
    client = worker(name)
    for room in {model._meta.app_label for model in admin.site._registry}:
        lists = [
            address
            for address in NAMED
            if address.startswith(f"admin:{room}_") and address.endswith(("_changelist", "_add"))
        ]
        sees = any(name in TABLE[address].see for address in lists)
        status = client.get(reverse("admin:app_list", args=[room])).status_code

        assert (status == 200) or not sees, room
        assert (status in {403, 404}) or sees or name in BUTTONS_ALONE, room


BUTTONS_ALONE = {"counter"}
"""May change rows of a room by button, so that Django shows the room's empty front."""


@pytest.mark.parametrize("name", WORKERS)
def test_a_choice_completes_only_what_one_may_list(rows, name):
    client = worker(name)
    for model, page in admin.site._registry.items():
        for field in model._meta.get_fields():
            theirs = admin.site._registry.get(field.related_model) if field.is_relation else None
            if theirs is None or not field.concrete or not theirs.search_fields:
                continue
            asked = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
                "term": "a",
            }
            other = field.related_model._meta
            lists = TABLE[f"admin:{other.app_label}_{other.model_name}_changelist"]

            status = client.get(reverse("admin:autocomplete"), asked).status_code

            assert (status == 200) == (name in lists.see), (page, field.name, status)


@pytest.mark.parametrize("name", WORKERS)
def test_rows_of_a_list_are_acted_on_by_whom_the_matrix_says(rows, name):
    request = worker(name).get("/admin/").wsgi_request
    offered = {
        (model._meta.label_lower, action)
        for model, page in admin.site._registry.items()
        for action in page.get_actions(request)
    }
    allowed = {
        (label, action)
        for label, actions in LIST_ACTIONS.items()
        for action, groups in actions.items()
        if name in groups
    }

    assert offered == allowed


def test_no_group_may_delete_change_groups_or_become_more():
    everything = {permission for group in GROUPS.values() for permission in group.permissions}

    assert not [name for name in everything if ".delete_" in name]
    assert "auth.change_group" not in everything
    assert "auth.change_permission" not in everything
    assert [
        group.key for group in GROUPS.values() if "members.change_user" in group.permissions
    ] == ["admin"]
