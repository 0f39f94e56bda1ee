"""Two colleagues at one page: the second is told what the first one saved."""

import re

import pytest
from django.contrib import admin

from members.admin.pages import StaffPage
from members.models import Member, Tier
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.rows import one_of_each
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db
TIER = "/admin/members/tier/1/change/"


@pytest.fixture
def program():
    return make.published_program()


@pytest.fixture
def els(db):
    may = (
        "members.view_tier",
        "members.change_tier",
        "members.view_member",
        "members.change_member",
    )
    return at_desk(with_factor(make.staff_with(*may, name="Els van Houten", language="en")))


@pytest.fixture
def ruben(db):
    may = (
        "members.view_tier",
        "members.change_tier",
        "members.view_member",
        "members.change_member",
    )
    return at_desk(with_factor(make.staff_with(*may, name="Ruben Polak", language="en")))


def opened(client, url=TIER) -> str:
    page = client.get(url).content.decode()
    return re.search(r'name="_shown" value="([^"]+)"', page)[1].replace("&quot;", '"')


def errors(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.context["adminform"].form.non_field_errors())


def test_a_page_that_nobody_else_touched_is_saved(els, program):
    els.post(TIER, {"name_nl": "Zilver+", "name_en": "Silver", "_shown": opened(els)})

    assert Tier.objects.get(rank=1).name_nl == "Zilver+"


def test_saving_over_a_colleagues_change_is_refused_with_what_and_by_whom(els, ruben, program):
    shown = opened(els)
    ruben.post(TIER, {"name_nl": "Zilverling", "name_en": "Silver", "_shown": opened(ruben)})

    answer = els.post(TIER, {"name_nl": "Zilver+", "name_en": "Silver", "_shown": shown})

    assert "Ruben Polak" in errors(answer)
    assert "“Zilverling”" in errors(answer)
    assert Tier.objects.get(rank=1).name_nl == "Zilverling"


def test_even_where_the_two_changed_different_fields(els, ruben, program):
    shown = opened(els)
    ruben.post(TIER, {"name_nl": "Zilver", "name_en": "Sterling", "_shown": opened(ruben)})

    els.post(TIER, {"name_nl": "Zilver+", "name_en": "Silver", "_shown": shown})

    tier = Tier.objects.get(rank=1)
    assert (tier.name_nl, tier.name_en) == ("Zilver", "Sterling")


def test_saving_once_more_is_a_decision(els, ruben, program):
    shown = opened(els)
    ruben.post(TIER, {"name_nl": "Zilverling", "name_en": "Silver", "_shown": opened(ruben)})
    mine = {"name_nl": "Zilver+", "name_en": "Silver"}
    refused = els.post(TIER, mine | {"_shown": shown})

    els.post(TIER, mine | {"_shown": refused.context["shown"]})

    assert Tier.objects.get(rank=1).name_nl == "Zilver+"


def test_what_a_member_changed_themselves_is_told_too(els, program):
    anna = make.member(name="Anna Visser")
    url = f"/admin/members/member/{anna.pk}/change/?correct"
    shown = opened(els, url)
    Member.objects.filter(pk=anna.pk).update(name="Anna Bakker")

    answer = els.post(url, {"name": "Ana Visser", "language": "nl", "_shown": shown})

    assert "Somebody" in errors(answer)
    assert Member.objects.get(pk=anna.pk).name == "Anna Bakker"


@pytest.mark.parametrize(
    "shown", ["", "x", "[]", "{}", '{"at": 3, "fields": []}', '{"at": "2026-06-15", "fields": {}}']
)
def test_nonsense_about_what_was_shown_is_no_error(els, program, shown):
    answer = els.post(TIER, {"name_nl": "Zilver+", "name_en": "Silver", "_shown": shown})

    assert answer.status_code == 302


def test_every_page_with_a_form_says_what_it_showed(desk):
    for model, row in one_of_each().items():
        page = admin.site._registry[model]
        answer = desk.get(
            f"/admin/{model._meta.label_lower.replace('.', '/')}/{row.pk}/change/?correct"
        )
        adminform = answer.context and answer.context.get("adminform")
        if isinstance(page, StaffPage) and adminform and adminform.form.fields:
            assert 'name="_shown"' in answer.content.decode(), model


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_refused():
    make.published_program()
    may = ("members.view_tier", "members.change_tier")
    desks = [at_desk(with_factor(make.staff_with(*may))) for _ in range(2)]
    shown = [opened(desk) for desk in desks]

    def save(number):
        mine = {"name_nl": f"Zilver {number}", "name_en": "Silver", "_shown": shown[number]}
        return desks[number].post(TIER, mine).status_code

    assert sorted(at_once(save)) == [200, 302]
