"""A member's own page: details, news, terms, and the way out."""

import re

import pytest
from django.utils import timezone

from members.actions.membership import close_membership
from members.actions.terms import accept_terms, draft_terms
from members.models import Acceptance, Consent, Departure, Member
from tests import make
from tests.portal.conftest import client_of

SCRIPT = "<script>alert(1)</script>"


def text(response):
    return " ".join(response.content.decode().split())


def shown(page):
    return re.search(r'name="shown" value="(\w+)"', text(page))[1]


def save(door, **changes):
    page = door.get("/my/profile/")
    form = page.context["form"]
    answers = {name: form[name].value() or "" for name in form.fields} | changes
    return door.post("/my/profile/", answers, follow=True)


# Details


def test_a_member_corrects_their_details(door, member):
    page = save(door, name="Anna Hoekstra", postal_code="1234ab", birthday="1990-05-17")

    member.refresh_from_db()
    assert "Your details are saved." in text(page)
    assert (member.name, member.postal_code) == ("Anna Hoekstra", "1234 AB")
    assert "17 May 1990" in text(page)


def test_a_chosen_language_is_spoken_at_once(door, member):
    page = save(door, language="nl")

    assert '<html lang="nl">' in text(page)


def test_a_birthday_that_is_known_is_no_field(door, member):
    save(door, birthday="1990-05-17")

    assert "birthday" not in door.get("/my/profile/").context["form"].fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 200),
        ("name", "Noor 😀"),
        ("name", SCRIPT),
        ("postal_code", SCRIPT[:12]),
        ("postal_code", "x" * 50),
        ("birthday", "2999-01-01"),
        ("birthday", "1870-01-01"),
        ("birthday", timezone.localdate().isoformat()),
        ("language", "xx"),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_changes_nothing(door, member, field, value):
    before = Member.objects.filter(pk=member.pk).values().get()

    page = save(door, **{field: value})

    assert list(page.context["form"].errors) == [field]
    assert SCRIPT not in text(page)
    assert Member.objects.filter(pk=member.pk).values().get() == before


def test_an_older_tab_does_not_undo_what_staff_corrected(door, member):
    old = door.get("/my/profile/")
    Member.objects.filter(pk=member.pk).update(postal_code="1234 AB")
    answers = {"name": member.name, "language": "en", "postal_code": "", "shown": shown(old)}

    refused = door.post("/my/profile/", answers)
    member.refresh_from_db()
    kept = member.postal_code
    door.post("/my/profile/", answers | {"shown": shown(refused)})

    member.refresh_from_db()
    assert kept == "1234 AB"
    assert "Somebody changed your details" in text(refused)
    assert "It says “1234 AB” now." in text(refused)
    assert member.postal_code == ""


# News


def test_yes_and_no_to_news_are_kept_in_the_words_of_their_buttons(door, member):
    door.post("/my/news/", {"wants": "yes"})
    door.post("/my/news/", {"wants": "yes"})
    page = text(door.get("/my/profile/"))
    door.post("/my/news/", {"wants": "no"})

    assert "You said yes on" in page
    assert list(Consent.objects.order_by("id").values_list("given", "wording", "how")) == [
        (True, "Yes, mail me news and offers. I can stop at any time.", "profile"),
        (False, "No more news for me, please.", "profile"),
    ]


def test_no_answer_is_no_answer(door, member):
    door.post("/my/news/", {"wants": SCRIPT})

    assert not Consent.objects.exists()


# Terms


def test_without_terms_there_is_no_page_of_them(visitor, door, program):
    assert visitor.get("/terms/").status_code == 404
    assert visitor.get("/terms/1/").status_code == 404
    assert "There are no terms yet." in text(door.get("/my/terms/"))


def test_terms_are_shown_with_their_structure_and_nothing_else(visitor, program):
    make.terms(f"# Wie\nIedereen {SCRIPT}\n\n- een\n- twee")

    page = text(visitor.get("/terms/"))

    assert "<h2>Wie</h2>" in page
    assert "<li>een</li>" in page
    assert SCRIPT not in page


def test_an_earlier_version_can_be_read_again_and_says_what_it_is(visitor, program):
    make.terms("Toen.")
    make.terms("Nu.")

    page = text(visitor.get("/terms/1/"))

    assert "Toen." in page
    assert "This is an earlier version." in page
    assert visitor.get("/terms/3/").status_code == 404


def test_a_draft_is_nobodys_to_read(visitor, program):
    by = make.staff()
    draft_terms(text_nl="Geheim.", text_en="Secret.", staff_id=by.pk, now=timezone.now())

    assert visitor.get("/terms/").status_code == 404
    assert visitor.get("/terms/1/").status_code == 404


def test_home_asks_gently_until_the_newest_terms_are_accepted(door, member):
    terms = make.terms()
    asked = text(door.get("/my/"))

    page = door.post("/my/terms/", {"terms": terms.pk}, follow=True)
    door.post("/my/terms/", {"terms": terms.pk})

    assert 'href="/my/terms/"' in asked
    assert 'href="/my/terms/"' not in text(door.get("/my/"))
    assert "You have accepted the terms." in text(page)
    assert Acceptance.objects.count() == 1


def test_accepting_what_was_renewed_meanwhile_leaves_the_newer_to_accept(door, member):
    read = make.terms()
    make.terms("Anders.")

    page = door.post("/my/terms/", {"terms": read.pk}, follow=True)

    assert Acceptance.objects.get().terms == read
    assert 'href="/my/terms/"' in text(page)


@pytest.mark.parametrize("value", ["", "x", "999", SCRIPT])
def test_accepting_what_is_not_there_changes_nothing(door, member, value):
    make.terms()

    assert door.post("/my/terms/", {"terms": value}).status_code == 200
    assert not Acceptance.objects.exists()


def test_ones_own_terms_page_lists_what_was_accepted(door, member):
    accept_terms(member_id=member.pk, terms_id=make.terms().pk, now=timezone.now())
    make.terms("Anders.")

    assert 'href="/terms/1/"' in text(door.get("/my/terms/"))


# Leaving


@pytest.mark.django_db(transaction=True)
def test_leaving_says_what_it_costs_and_keeps_why():
    make.published_program()
    member = make.member_with_login(points=1250, language="en")
    door = client_of(member.user)
    door.post("/language/", {"language": "en"})

    asked = text(door.get("/my/leave/"))
    page = door.post(
        "/my/leave/", {"reason": "mail", "words": f"Too much {SCRIPT}", "sure": "on"}, follow=True
    )

    departure = Departure.objects.get()
    assert "You lose 1,250 points" in asked
    assert (departure.member, departure.reason, departure.balance) == (member, "mail", 1250)
    assert "Your membership is closed" in text(page)
    assert "1,250 points were left" in text(page)
    assert "Would you like to come back?" in text(page)


def test_nobody_has_to_say_why_but_everybody_that_they_are_sure(door, member):
    refused = door.post("/my/leave/", {})
    member.refresh_from_db()
    still = member.status
    door.post("/my/leave/", {"sure": "on"})

    assert list(refused.context["form"].errors) == ["sure"]
    assert still == Member.Status.ACTIVE
    assert Departure.objects.get().reason == Departure.Reason.UNSAID


@pytest.mark.parametrize(
    ("field", "value"), [("reason", "staff"), ("reason", SCRIPT), ("words", "x" * 501)]
)
def test_a_bad_reason_is_answered_beside_it(door, member, field, value):
    page = door.post("/my/leave/", {"sure": "on", field: value})

    assert list(page.context["form"].errors) == [field]
    assert not Departure.objects.exists()


def test_who_has_left_is_told_so_and_changes_nothing_more(door, member):
    door.post("/my/leave/", {"sure": "on"})
    again = door.post("/my/leave/", {"sure": "on"})
    profile = text(door.get("/my/profile/"))

    assert "Your membership is closed" in text(again)
    assert Departure.objects.count() == 1
    assert 'name="postal_code"' not in profile
    assert "What does that mean?" in profile


def test_whose_membership_staff_ended_is_not_told_that_they_left(door, member):
    close_membership(member_id=member.pk, now=timezone.now())

    page = text(door.get("/my/leave/"))

    assert "Your membership has ended" in page
    assert "Your membership is closed" not in page


def test_who_has_left_corrects_nothing_any_more(door, member):
    answers = {"name": "Anna", "language": "en", "shown": shown(door.get("/my/profile/"))}
    door.post("/my/leave/", {"sure": "on"})

    door.post("/my/profile/", answers)

    member.refresh_from_db()
    assert member.name != "Anna"
