"""Who may join, the terms, the line and who left, as staff see and set them."""

import pytest
from django.utils import timezone

from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.actions.terms import draft_terms
from members.models import Application, JoiningRules, Member, StaffAct, Terms
from tests import make

pytestmark = pytest.mark.django_db
RULES = "/admin/members/joiningrules/"
TERMS = "/admin/members/terms/"
OPEN = {"mode": "open", "capacity": "", "minimum_age": "16", "invitation_days": "30"}
TEXTS = {"text_nl": "# Wie\nIedereen <b>", "text_en": "# Who\nEverybody <b>"}


def text(response):
    return " ".join(response.content.decode().split())


def drafted(**fields):
    return draft_terms(staff_id=make.staff().pk, now=timezone.now(), **TEXTS | fields)


def full(capacity=1):
    make.joining("waiting_list", capacity=capacity)
    for _ in range(capacity):
        make.member()
    user = make.applicant()
    claim_membership(user_id=user.pk, now=timezone.now())
    return user


# Rules


def test_the_menu_leads_straight_to_the_one_form(desk):
    page = desk.get(RULES)

    assert page.status_code == 200
    assert 'name="capacity"' in text(page)
    assert desk.get(f"{RULES}1/change/").url == RULES


def test_saving_leaves_a_trace_and_lets_in_who_waits(desk):
    user = full()

    page = desk.post(RULES, OPEN | {"mode": "waiting_list", "capacity": "2"}, follow=True)

    assert JoiningRules.current().capacity == 2
    assert Member.objects.filter(user=user).exists()
    assert StaffAct.objects.latest("id").after == {"capacity": 2}
    assert "1 " in text(page)
    assert desk.get(f"{RULES}1/history/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity", "1"),
        ("capacity", ""),
        ("capacity", "-5"),
        ("capacity", "9" * 30),
        ("capacity", "x"),
        ("minimum_age", "100"),
        ("minimum_age", ""),
        ("invitation_days", "0"),
        ("mode", "closed"),
    ],
)
def test_what_cannot_hold_is_answered_beside_its_field(desk, field, value):
    full(capacity=3)
    wanted = OPEN | {"mode": "waiting_list", "capacity": "3"}

    page = desk.post(RULES, wanted | {field: value})

    assert list(page.context["form"].errors) == [field]
    assert JoiningRules.current().capacity == 3


def test_two_colleagues_at_the_form_do_not_undo_each_other(desk):
    shown = desk.get(RULES).context["form"]["shown"].value()
    make.joining("invitation")

    page = desk.post(RULES, OPEN | {"minimum_age": "18", "shown": shown})

    assert page.context["form"].non_field_errors()
    assert JoiningRules.current().mode == "invitation"


def test_who_may_only_look_changes_nothing(desk_of):
    desk = desk_of("members.view_joiningrules")

    assert desk.get(RULES).status_code == 200
    assert desk.post(RULES, OPEN | {"mode": "invitation"}).status_code == 403
    assert JoiningRules.current().mode == "open"


def test_who_may_not_look_sees_nothing(desk_of):
    assert desk_of("members.view_member").get(RULES).status_code == 403


# Terms


def test_terms_are_drafted_in_both_languages_and_shown_as_members_will_read_them(desk):
    answer = desk.post(f"{TERMS}add/", TEXTS)

    page = text(desk.get(answer.url))
    assert Terms.objects.get().published_at is None
    assert "<h2>Wie</h2>" in page
    assert "Iedereen &lt;b&gt;" in page


def test_a_draft_is_edited_and_a_new_one_begins_as_the_newest(desk):
    terms = drafted()

    desk.post(f"{TERMS}{terms.pk}/edit/", TEXTS | {"text_nl": "Anders."})
    begun = desk.get(f"{TERMS}add/")

    terms.refresh_from_db()
    assert terms.text_nl == "Anders."
    assert begun.context["form"]["text_nl"].value() == "Anders."


def test_publishing_takes_a_question_and_leaves_a_trace(desk, boss):
    terms = drafted()

    asked = desk.get(f"{TERMS}{terms.pk}/publish/")
    desk.post(f"{TERMS}{terms.pk}/publish/", {"reason": "first version"})

    terms.refresh_from_db()
    assert asked.status_code == 200
    assert (terms.published_by, terms.published_at is None) == (boss, False)
    assert StaffAct.objects.latest("id").reason == "first version"


@pytest.mark.parametrize("page", ["publish", "edit"])
def test_published_terms_stay_as_they_are(desk, page):
    terms = make.terms("Vast.")

    answer = desk.post(f"{TERMS}{terms.pk}/{page}/", TEXTS | {"reason": "again"})

    terms.refresh_from_db()
    assert answer.context["form"].non_field_errors()
    assert terms.text_nl == "Vast."


@pytest.mark.parametrize(("field", "value"), [("text_en", ""), ("text_nl", "x" * 20_001)])
def test_a_text_that_is_missing_or_too_long_is_answered_beside_it(desk, field, value):
    page = desk.post(f"{TERMS}add/", TEXTS | {field: value})

    assert list(page.context["form"].errors) == [field]
    assert not Terms.objects.exists()


def test_publishing_takes_a_right_of_its_own(desk_of):
    terms = drafted()
    desk = desk_of("members.view_terms", "members.add_terms", "members.change_terms")

    answer = desk.post(f"{TERMS}{terms.pk}/publish/", {"reason": "me too"})

    terms.refresh_from_db()
    assert answer.status_code == 403
    assert terms.published_at is None


def test_who_may_only_read_terms_drafts_none(desk_of):
    desk = desk_of("members.view_terms")

    assert desk.get(f"{TERMS}{drafted().pk}/change/").status_code == 200
    assert desk.post(f"{TERMS}add/", TEXTS).status_code == 403


# Lists


def test_the_line_shows_who_waits_first_come_first(desk):
    user = full()
    make.applicant(email="not.in.line@example.nl")

    page = text(desk.get("/admin/members/application/"))

    assert user.email in page
    assert "not.in.line@example.nl" not in page
    assert "not.in.line" in text(desk.get("/admin/members/application/?stands=all"))
    assert user.email not in text(desk.get("/admin/members/application/?stands=in"))
    assert user.email in text(desk.get(f"/admin/members/application/?q={user.email[:6]}"))


def test_who_left_is_listed_with_their_words(desk):
    member = make.member()
    close_membership(member_id=member.pk, now=timezone.now(), reason="mail", words="Too much mail")

    page = text(desk.get("/admin/members/departure/"))

    assert "Too much mail" in page
    assert member.name in page


@pytest.mark.parametrize("many", [1, 20])
@pytest.mark.parametrize("model", ["application", "departure"])
def test_the_lists_ask_the_database_the_same_however_long(
    desk, model, many, django_assert_max_num_queries
):
    full()
    for _ in range(many):
        claim_membership(user_id=make.applicant().pk, now=timezone.now())
        close_membership(member_id=make.member().pk, now=timezone.now())
    desk.get(f"/admin/members/{model}/")

    with django_assert_max_num_queries(12):
        page = desk.get(f"/admin/members/{model}/")

    assert page.status_code == 200
    assert Application.objects.waiting().count() == many + 1
