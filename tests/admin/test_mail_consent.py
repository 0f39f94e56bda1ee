"""Staff and mail: a no at once, a yes as a question; addresses that are held back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailroom.actions.suppression import suppress_address
from mailroom.models import Letter, Suppression
from members.actions.consent import record_consent
from members.models import Consent, ConsentRequest, LatestConsent, Member, StaffAct
from tests import make

pytestmark = pytest.mark.django_db
HELD = "/admin/mailroom/suppression/"
MARK = {"topics": ["news", "surveys"], "reason": "Said so at the till"}


@pytest.fixture
def sanne(db):
    make.published_program()
    return make.member(email="sanne@example.nl", language="nl")


def text(page) -> str:
    return " ".join(page.content.decode().split())


def button(member, what) -> str:
    return f"/admin/members/member/{member.pk}/{what}/"


def gets(member, topic="news") -> bool:
    return LatestConsent.objects.filter(member=member, topic=topic, given=True).exists()


# What a member says to staff


def test_a_yes_said_to_staff_is_a_letter_and_leaves_a_trace(
    desk, boss, sanne, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(button(sanne, "wants-mail"), MARK)

    assert answer.status_code == 302
    assert not gets(sanne)
    asked = ConsentRequest.objects.get()
    assert (asked.asked_by, asked.how, asked.address) == (boss, "staff", sanne.email)
    assert set(asked.wordings) == {"news", "surveys"}
    assert [message.to for message in mailoutbox] == [[sanne.email]]
    act = StaffAct.objects.get()
    assert (act.staff, act.member, act.reason) == (boss, sanne, "Said so at the till")
    assert act.after == {"asked": ["news", "surveys"]}


def test_staff_read_out_the_words_in_the_members_language(desk, boss, sanne):
    boss.language = "en"
    boss.save()
    Member.objects.update(language="en")

    page = text(desk.get(button(sanne, "wants-mail")))

    assert "Yes, mail me news and offers. I can stop at any time." in page


def test_a_no_said_to_staff_counts_at_once(desk, sanne):
    record_consent(
        member_id=sanne.pk,
        topic=Consent.Topic.NEWS,
        channel=Consent.Channel.EMAIL,
        given=True,
        how=Consent.How.LETTER,
        wording="?",
        now=make.NOW,
    )

    desk.post(button(sanne, "wants-no-mail"), MARK)

    assert not gets(sanne)
    last = Consent.objects.latest_of(sanne.pk).get(topic="news")
    assert (last.how, last.given, last.language) == ("staff", False, "nl")
    assert StaffAct.objects.get().after == {"stopped": ["news", "surveys"]}


@pytest.mark.parametrize("body", [{}, {"reason": "x"}, MARK | {"topics": ["lottery"]}])
@pytest.mark.parametrize("what", ["wants-mail", "wants-no-mail"])
def test_an_answer_that_lacks_something_changes_nothing(desk, sanne, what, body):
    assert desk.post(button(sanne, what), body).status_code == 200

    assert not Consent.objects.exists()
    assert not ConsentRequest.objects.exists()
    assert not StaffAct.objects.exists()


def test_whoever_has_no_address_cannot_be_asked_and_it_is_said(desk, sanne):
    Member.objects.update(email=None)

    page = desk.post(button(sanne, "wants-mail"), MARK)

    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert not StaffAct.objects.exists()


def test_asking_twice_in_a_day_is_one_letter(desk, sanne, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            desk.post(button(sanne, "wants-mail"), MARK)

    assert Letter.objects.count() == 1


def test_the_members_page_shows_what_was_said_who_asked_and_in_which_words(desk, boss, sanne):
    boss.language = "en"
    boss.save()
    desk.post(button(sanne, "wants-no-mail"), MARK)
    desk.post(button(sanne, "wants-mail"), MARK | {"topics": ["personal"]})

    page = text(desk.get(f"/admin/members/member/{sanne.pk}/change/"))

    assert "Mail they want" in page
    assert "asked by letter" in page
    assert "No to news and offers" in page
    assert f"told {boss.name}" in page


def test_the_counter_may_write_down_what_it_is_told(desk_of, sanne):
    counter = desk_of("members.look_up_member", "members.answer_for_member")

    page = text(counter.get(f"/admin/counter/{sanne.pk}/"))

    assert button(sanne, "wants-mail") in page
    assert counter.post(button(sanne, "wants-mail"), MARK).status_code == 302


# Enrolling


def test_enrolling_with_a_yes_asks_the_mailbox(desk, sanne):
    desk.post(
        "/admin/members/member/add/",
        {"name": "Bo Bos", "email": "bo@example.nl", "language": "en", "news": "on"},
    )

    asked = ConsentRequest.objects.get()
    assert asked.address == "bo@example.nl"
    assert asked.wordings == {"news": "Yes, mail me news and offers. I can stop at any time."}


def test_a_yes_without_an_address_is_answered_beside_it(desk, sanne):
    page = desk.post(
        "/admin/members/member/add/", {"name": "Bo Bos", "language": "nl", "news": "on"}
    )

    assert list(page.context["form"].errors) == ["email"]
    assert Member.objects.count() == 1


# Addresses without mail


@pytest.fixture
def held(sanne):
    return suppress_address(
        email=sanne.email, cause=Suppression.Cause.BOUNCE, detail="550 no", now=timezone.now()
    )


def test_the_members_page_says_that_mail_comes_back(desk, boss, sanne, held):
    boss.language = "en"
    boss.save()

    page = text(desk.get(f"/admin/members/member/{sanne.pk}/change/"))

    assert "Mail to this address comes back." in page
    assert f"{HELD}{held.pk}/change/" in page


def test_staff_let_mail_go_again_and_say_why(desk, boss, sanne, held):
    answer = desk.post(f"{HELD}{held.pk}/lift/", {"reason": "She says it works"})
    again = desk.post(f"{HELD}{held.pk}/lift/", {"reason": "Again"})

    held.refresh_from_db()
    assert (answer.status_code, again.status_code) == (302, 200)
    assert (held.lifted_why, held.lifted_at is not None) == ("She says it works", True)
    act = StaffAct.objects.get()
    assert (act.member, act.reason, act.staff) == (sanne, "She says it works", boss)


def test_staff_enter_an_address_once(desk, sanne):
    for _ in range(2):
        desk.post(f"{HELD}add/", {"email": "Sanne@Example.nl", "reason": "Not hers"})

    one = Suppression.objects.get()
    assert (one.email, one.cause, one.detail) == ("sanne@example.nl", "staff", "Not hers")


def test_addresses_are_found_by_beginning_cause_and_state(desk, sanne, held):
    now = timezone.now()
    spam = suppress_address(email="x@example.nl", cause="spam", detail="", now=now)
    Suppression.objects.filter(pk=spam.pk).update(lifted_at=now + timedelta(days=1))

    def found(**query) -> list[str]:
        return [row.email for row in desk.get(HELD, query).context["cl"].result_list]

    assert found() == ["x@example.nl", "sanne@example.nl"]
    assert found(q="SANN") == ["sanne@example.nl"]
    assert found(q="example") == []
    assert found(cause__exact="spam") == ["x@example.nl"]
    assert found(state="held") == ["sanne@example.nl"]
    assert found(state="lifted") == ["x@example.nl"]


def test_the_list_takes_few_queries(desk, sanne, held, django_assert_max_num_queries):
    for number in range(20):
        suppress_address(
            email=f"a{number}@example.nl", cause="bounce", detail="", now=timezone.now()
        )
    desk.get(HELD)

    with django_assert_max_num_queries(10):
        desk.get(HELD)
