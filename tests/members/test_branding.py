"""Changing the branding: with a trace, never over a colleague's change, and seen at once."""

import time as cache_time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.utils.translation import override

from members.actions.branding import BrandingChangedMeanwhile, branding_version, change_branding
from members.branding_cache import current_branding, look_of
from members.models import Branding, StaffAct
from tests import make
from tests.members.at_once import at_once, wait_for_waiting

PICTURE = b"\x89PNG made by us"


def changed(staff, *, shown=None, logo=None, now=make.NOW, **wanted):
    return change_branding(
        wanted=wanted,
        logo=logo,
        shown=branding_version() if shown is None else shown,
        staff_id=staff.pk,
        now=now,
    )


@pytest.fixture
def anna(db):
    return make.staff(name="Anna Staf")


@pytest.fixture
def piet(db):
    return make.staff(name="Piet Staf")


def test_as_long_as_nobody_chose_the_clover_stands(db):
    branding = Branding.current()

    assert str(branding) == "Klaver"
    assert look_of(branding).styles == ""


def test_a_change_is_stored_and_told(anna):
    changed(anna, name="Marktzicht", tone="warm")

    act = StaffAct.objects.get()
    assert (Branding.current().name, Branding.current().tone) == ("Marktzicht", "warm")
    assert (act.staff, act.at) == (anna, make.NOW)
    assert act.before == {"name": "", "tone": "plain"}
    assert act.after == {"name": "Marktzicht", "tone": "warm"}


def test_saving_what_stands_already_leaves_no_trace(anna):
    changed(anna, name="Marktzicht")

    changed(anna, name="Marktzicht")

    assert StaffAct.objects.count() == 1


def test_a_logo_is_kept_replaced_and_removed(anna):
    changed(anna, logo=PICTURE)
    digest = Branding.current().logo_digest
    changed(anna, name="Marktzicht")

    assert Branding.stored_logo(digest) == PICTURE
    assert Branding.stored_logo("another") == b""
    changed(anna, logo=b"")
    assert Branding.current().logo_digest == ""
    assert bytes(Branding.objects.get().logo) == b""
    assert StaffAct.objects.first().before == {"logo_digest": digest}


def test_who_saves_over_a_colleagues_change_is_refused_and_told_what_it_was(anna, piet):
    opened = branding_version()
    changed(piet, name="Marktzicht", color="#7a1f2b")

    with pytest.raises(BrandingChangedMeanwhile) as refused:
        changed(anna, shown=opened, name="Buurtwinkel")

    assert "Piet Staf" in str(refused.value)
    assert "“#054a2b” → “#7a1f2b”" in str(refused.value)
    assert refused.value.theirs["name"] == ("", "Marktzicht")
    assert Branding.current().name == "Marktzicht"


def test_two_changes_of_colleagues_are_told_as_one(anna, piet):
    opened = branding_version()
    changed(piet, name="Eerst")
    changed(piet, name="Daarna")

    with pytest.raises(BrandingChangedMeanwhile) as refused:
        changed(anna, shown=opened, tone="formal")

    assert refused.value.theirs == {"name": ("", "Daarna")}


@pytest.mark.django_db(transaction=True)
def test_of_three_who_save_at_once_one_is_heard():
    staff = [make.staff() for _ in range(3)]
    changed(staff[0], name="Klaver")
    opened = branding_version()

    with ThreadPoolExecutor(1) as aside:
        with transaction.atomic():
            Branding.objects.select_for_update().get()
            race = aside.submit(
                at_once, lambda n: changed(staff[n], shown=opened, name=f"Naam {n}").name, 3
            )
            wait_for_waiting(3)
        answers = race.result()

    assert sorted(answers)[1:] == ["branding_changed_meanwhile"] * 2
    assert Branding.current().name == min(answers)
    assert StaffAct.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_three_who_are_the_first_of_all_one_is_heard():
    staff = [make.staff() for _ in range(3)]

    answers = at_once(lambda n: changed(staff[n], shown=0, name=f"Naam {n}").name, times=3)

    assert sorted(answers)[1:] == ["branding_changed_meanwhile"] * 2
    assert StaffAct.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_saved_sees_it_on_the_next_page():
    assert current_branding().name == ""

    changed(make.staff(), name="Marktzicht")

    assert current_branding().name == "Marktzicht"


def test_what_another_process_saved_is_seen_within_a_minute(anna, time_machine_like):
    assert current_branding().name == ""
    Branding.objects.create(pk=1, name="Marktzicht")

    assert current_branding().name == ""
    time_machine_like(60)
    assert current_branding().name == "Marktzicht"


@pytest.fixture
def time_machine_like(monkeypatch):
    """Let the process's own clock run ahead."""
    monotonic = cache_time.monotonic

    def ahead(seconds):
        monkeypatch.setattr(cache_time, "monotonic", lambda: monotonic() + seconds)

    return ahead


def test_pages_read_no_branding_while_it_is_kept(db, django_assert_num_queries):
    current_branding()

    with django_assert_num_queries(0):
        current_branding()


@pytest.mark.parametrize(
    ("tone", "name", "words"),
    [
        ("warm", "Anna Hoekstra", "Hi Anna"),
        ("plain", "Anna Hoekstra", "Hello Anna"),
        ("formal", "Anna Hoekstra", "Dear Anna"),
        ("warm", "", "Hi there"),
        ("plain", "  ", "Hello"),
        ("formal", "", "Dear customer"),
    ],
)
def test_people_are_greeted_in_the_tone_of_the_house(tone, name, words):
    with override("en"):
        assert Branding(tone=tone).greeting(name) == words


@pytest.mark.parametrize(
    ("language", "line"), [("nl", "Sparen"), ("en", "Saving"), ("de", "Sparen")]
)
def test_the_tagline_is_in_the_readers_language(language, line):
    with override(language):
        assert Branding(tagline_nl="Sparen", tagline_en="Saving").tagline == line
        assert Branding(tagline_nl="Sparen").tagline == "Sparen"


def test_contact_is_written_as_it_is_used():
    branding = Branding(contact_phone="+31 (0)20-123", website="https://www.markt.example/")

    assert branding.phone_digits == "+31020123"
    assert branding.website_name == "markt.example"
    assert branding.has_contact
    assert not Branding().has_contact
