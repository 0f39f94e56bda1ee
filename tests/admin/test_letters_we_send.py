"""The letters that go out by themselves: seen, and tried on oneself."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mailroom.actions.test_letters import NoAddressOfYours, send_test
from mailroom.models import Letter
from members.models import StaffAct, User
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
LIST = "/admin/mailroom/letter/kinds/"
WELCOME = f"{LIST}points/welcome/"
KEY = "6f0e0a3e-1f0a-4a2e-9a53-0d5f4f4a9d11"
CONTENT = {"en": {"subject": "Hi {first_name}", "body": "Hello"}}


@pytest.fixture
def staff():
    return with_factor(make.staff_with("mailroom.preview_letters", "members.view_member"))


@pytest.fixture
def desk(staff):
    return at_desk(staff)


def test_the_list_says_when_each_goes_and_how_many_went(desk, django_assert_max_num_queries):
    make.letter(key="welcome:1", now=timezone.now())
    make.letter(key="welcome:2", now=timezone.now() - timedelta(days=31))

    with django_assert_max_num_queries(12):
        page = desk.get(LIST).content.decode()

    line = page.split(WELCOME)[1].split("</li>")[0]
    assert "1 mail in 30 dagen" in " ".join(line.split())


@pytest.mark.parametrize("query", ["", "?view=phone&scheme=dark", "?language=nl", "?q=%00x"])
def test_a_letter_is_shown_in_a_frame_that_runs_nothing(desk, query):
    page = desk.get(WELCOME + query).content.decode()

    assert re.search(r"<iframe[^>]*\ssandbox\s", page)
    assert "srcdoc=" in page
    assert "&lt;!DOCTYPE html&gt;" in page


def test_a_letter_is_shown_as_plain_text(desk):
    page = desk.get(f"{WELCOME}?view=text&language=en").content.decode()

    assert "<iframe" not in page
    assert "Hello Anna," in page


def test_a_letter_is_shown_as_a_member_gets_it(desk):
    member = make.member(name="Bram Bos")

    found = desk.get(f"{WELCOME}?q=bram&language=en").content.decode()
    page = desk.get(f"{WELCOME}?member={member.pk}&view=text&language=en").content.decode()

    assert f"member={member.pk}" in found
    assert "Hello Bram," in page


def test_who_may_not_open_members_sees_the_example_alone():
    desk = at_desk(with_factor(make.staff_with("mailroom.preview_letters")))
    member = make.member(name="Bram Bos")

    page = desk.get(f"{WELCOME}?member={member.pk}&q=bram&view=text&language=en").content.decode()

    assert "Hello Anna," in page
    assert "Bram" not in page


@pytest.mark.parametrize("bad", ["?member=x", "?member=9" + "9" * 30, "?language=xx&view=y"])
def test_a_crooked_address_shows_the_example(desk, bad):
    assert desk.get(WELCOME + bad).status_code == 200


def test_a_kind_that_is_not_there_is_not_found(desk):
    assert desk.get(f"{LIST}points/nothing/").status_code == 404


def test_a_test_goes_to_whoever_asks_once_and_leaves_a_trace(desk, staff):
    for _ in range(2):
        desk.post(f"{WELCOME}?language=en", {"request_key": KEY})

    letter = Letter.objects.get()
    assert letter.to == staff.email
    assert letter.member is None
    assert letter.subject == "Test: Welcome to Klaver"
    act = StaffAct.objects.get()
    assert act.staff == staff


@pytest.mark.parametrize("key", ["", "x"])
def test_a_press_without_its_key_sends_nothing(desk, key):
    desk.post(WELCOME, {"request_key": key})

    assert not Letter.objects.exists()


def test_a_test_of_a_mailing_opens_no_way_out_of_a_members_mail(staff, now):
    member = make.member(name="Bram Bos")

    letter = send_test(
        content=CONTENT,
        language="en",
        member_id=member.pk,
        to_user_id=staff.pk,
        topic="news",
        now=now,
    )

    assert letter.subject == "Test: Hi Bram"
    assert letter.to == staff.email
    assert "/stop/example/" in letter.text
    assert StaffAct.objects.get().member == member


def test_a_login_that_is_off_gets_no_test(staff, now):
    User.objects.filter(pk=staff.pk).update(is_active=False)

    with pytest.raises(NoAddressOfYours):
        send_test(
            content=CONTENT,
            language="en",
            member_id=None,
            to_user_id=staff.pk,
            topic="",
            now=now,
        )
    assert not Letter.objects.exists()
