"""Tills and web shops in the back office: a key shown once, changed without an outage, stopped."""

import re

import pytest

from members.models import ApiClient, ApiKey, Scope, StaffAct
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.api.conftest import Till

pytestmark = pytest.mark.django_db
LIST = "/admin/members/apiclient/"
HOLDS = ("members.hold_api_keys", "members.view_apiclient")


@pytest.fixture
def holding():
    return at_desk(with_factor(make.staff_with(*HOLDS, language="en")))


def made(desk, **changes):
    answers = {
        "name": "Till 3",
        "source": make.source("chain"),
        "scopes": [Scope.READ_MEMBERS],
        "a_minute": 600,
        "reason": "New till at the market",
    }
    return desk.post(f"{LIST}add/", answers | changes)


def key_on(page):
    return re.search(r"klv_[\w-]{40,}", page.content.decode())[0]


def opens(key, member):
    return Till(key).get(f"/members/{member.cards.get().number}").status_code


@pytest.fixture
def sanne():
    make.published_program()
    return make.member()


def test_a_client_is_made_and_its_key_shown_once(holding, sanne):
    page = made(holding)

    key = key_on(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert opens(key, sanne) == 200
    client = ApiClient.objects.get()
    shown = holding.get(f"{LIST}{client.pk}/change/").content.decode()
    assert key not in shown
    assert ApiKey.objects.get().prefix in shown
    act = StaffAct.objects.get()
    assert act.reason == "New till at the market"
    assert key not in f"{act.what}{act.before}{act.after}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("scopes", []), ("scopes", ["all"]), ("a_minute", 0), ("source", 1)],
)
def test_what_is_wrong_is_told_beside_its_field(holding, field, value):
    page = made(holding, **{field: value})

    assert page.context["form"].errors[field]
    assert not ApiClient.objects.exists()


def test_a_name_that_another_client_has_is_told(holding):
    made(holding)

    assert made(holding).context["form"].non_field_errors()
    assert ApiClient.objects.count() == 1


def test_a_till_changes_keys_while_both_work_and_then_the_old_one_ends(holding, sanne):
    old = key_on(made(holding))
    client = ApiClient.objects.get()

    page = holding.post(f"{LIST}{client.pk}/new-key/", {"days": 7, "reason": "Yearly change"})

    new = key_on(page)
    assert (opens(old, sanne), opens(new, sanne)) == (200, 200)
    third = holding.post(f"{LIST}{client.pk}/new-key/", {"days": 7, "reason": "Again"})
    assert third.context["form"].non_field_errors()
    holding.post(f"{LIST}{client.pk}/end-oldest/", {"reason": "Changed over"})
    assert (opens(old, sanne), opens(new, sanne)) == (401, 200)


def test_a_stopped_client_opens_nothing_and_has_no_buttons(holding, sanne):
    key = key_on(made(holding))
    client = ApiClient.objects.get()

    holding.post(f"{LIST}{client.pk}/stop/", {"reason": "Stolen"})

    assert opens(key, sanne) == 401
    assert "/new-key/" not in holding.get(f"{LIST}{client.pk}/change/").content.decode()
    again = holding.post(f"{LIST}{client.pk}/new-key/", {"days": 0, "reason": "No"})
    assert again.context["form"].non_field_errors()


def test_the_last_key_is_not_ended_by_a_second_click(holding, sanne):
    key = key_on(made(holding))
    client = ApiClient.objects.get()

    page = holding.post(f"{LIST}{client.pk}/end-oldest/", {"reason": "Clicked twice"})

    assert page.context["form"].non_field_errors()
    assert opens(key, sanne) == 200


def test_the_only_source_there_is_need_not_be_chosen(holding):
    chain = make.source("chain")
    one = holding.get(f"{LIST}add/").context["form"]
    make.source("shop")
    two = holding.get(f"{LIST}add/").context["form"]

    assert one["source"].value() == chain
    assert two["source"].value() is None
    assert 'value=""' in str(two["source"]), "the first of several would be chosen unseen"


def test_a_list_that_holds_nothing_says_how_to_begin(holding):
    empty = holding.get(LIST).content.decode()
    made(holding)
    searched = holding.get(LIST, {"q": "nowhere"}).content.decode()

    assert "/api/v1/docs" in empty
    assert f'href="{LIST}add/' in empty
    assert "/api/v1/docs" not in searched
    assert "No results found" in searched


def test_who_may_only_see_clients_makes_none():
    desk = at_desk(with_factor(make.staff_with("members.view_apiclient")))

    assert desk.get(LIST).status_code == 200
    assert desk.get(f"{LIST}add/").status_code == 403


def test_the_list_asks_as_little_for_many_as_for_one(holding, django_assert_num_queries):
    made(holding)
    holding.get(LIST)
    with django_assert_num_queries(8):
        holding.get(LIST)
    for number in range(4):
        made(holding, name=f"Till {number + 10}")

    with django_assert_num_queries(8):
        holding.get(LIST)
