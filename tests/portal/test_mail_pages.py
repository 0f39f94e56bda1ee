"""Mail without logging in: one click stops it, a page chooses it, a letter confirms it."""

import pytest
from django.test import Client
from django.utils import timezone

from members.actions.consent import record_consent
from members.actions.consent_requests import request_token, say_yes
from members.actions.mail_preferences import MOST_CHANGES
from members.actions.membership import close_membership
from members.models import Consent, ConsentRequest, LatestConsent, Member
from members.stop_link import stop_token
from tests import make

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
TOPICS = list(Consent.Topic)


@pytest.fixture
def sanne(program):
    member = make.member(language="en", email="sanne@example.nl")
    for topic in TOPICS:
        record_consent(
            member_id=member.pk,
            topic=topic,
            channel=Consent.Channel.EMAIL,
            given=True,
            how=Consent.How.LETTER,
            wording="Yes, please.",
            now=make.NOW,
        )
    return member


@pytest.fixture
def reader(db):
    """Somebody with nothing but the letter: no cookie, no login, and every check of forms on."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


def link(member, topic="news", *, email=None, mailing=0):
    address = email or member.email or "gone@example.nl"
    token = stop_token(member_id=member.pk, topic=topic, email=address, mailing_id=mailing)
    return f"/stop/{token}/"


def gets(member) -> set:
    return set(
        LatestConsent.objects.filter(member=member, given=True).values_list("topic", flat=True)
    )


def text(response):
    return " ".join(response.content.decode().split())


# One click


def test_one_click_stops_the_topic_at_once_without_cookie_login_or_redirect(reader, sanne):
    answer = reader.post(link(sanne, mailing=7), ONE_CLICK)

    assert (answer.status_code, answer.content) == (200, b"OK\n")
    assert not answer.cookies
    assert gets(sanne) == {"personal", "surveys"}
    stopped = Consent.objects.latest_of(sanne.pk).get(topic="news")
    assert (stopped.how, stopped.mailing, stopped.address) == ("stop", 7, "sanne@example.nl")
    assert stopped.wording == "Stop these mails"


def test_one_click_twice_is_one_no(reader, sanne):
    for _ in range(3):
        assert reader.post(link(sanne), ONE_CLICK).status_code == 200

    assert Consent.objects.filter(given=False).count() == 1


@pytest.mark.parametrize("topic", ["", "lottery"])
def test_a_link_of_no_topic_stops_all(reader, sanne, topic):
    reader.post(link(sanne, topic), ONE_CLICK)

    assert gets(sanne) == set()


def test_one_click_as_a_mail_program_sends_it_in_parts(reader, sanne):
    body = (
        '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--'
    )

    answer = reader.post(link(sanne), body, content_type="multipart/form-data; boundary=b")

    assert answer.status_code == 200
    assert "news" not in gets(sanne)


def test_a_post_that_says_nothing_changes_nothing(reader, sanne):
    for body in ({}, {"List-Unsubscribe": "no"}, {"topics": "news"}, {"save": "1", "topics": "x"}):
        assert reader.post(link(sanne), body).status_code == 302

    assert gets(sanne) == set(TOPICS)


def test_members_stopped_by_a_mailing_are_counted_once_each(reader, sanne):
    reader.post(link(sanne, "", mailing=7), ONE_CLICK)
    reader.post(link(sanne, "", mailing=7), ONE_CLICK)

    assert Consent.objects.stopped_by(7) == 1
    assert Consent.objects.stopped_by(8) == 0


# The page


def test_a_get_changes_nothing_and_leaves_nothing_anywhere(reader, sanne):
    page = reader.get(link(sanne))

    assert gets(sanne) == set(TOPICS)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]
    assert "Stop these mails" in text(page)


def test_the_page_shows_whose_mail_it_is_to_its_reader_alone(reader, sanne):
    page = text(reader.get(link(sanne)))

    assert "s•••@example.nl" in page
    assert "sanne@" not in page
    assert sanne.name not in page


def test_stopping_on_the_page_can_be_undone_right_after(reader, sanne):
    stopped = reader.post(link(sanne), {"stop": "yes", "was": "news"}, follow=True)
    after = gets(sanne)
    back = reader.post(link(sanne), {"again": "yes", "topics": "news"}, follow=True)

    assert "Stopped. You get no more mail about: News and offers." in text(stopped)
    assert "Turn it back on" in text(stopped)
    assert after == {"personal", "surveys"}
    assert gets(sanne) == set(TOPICS)
    assert "Saved." in text(back)


def test_undo_turns_on_what_the_link_is_about_and_no_more(reader, sanne):
    reader.post(link(sanne, ""), ONE_CLICK)

    reader.post(link(sanne, "news"), {"again": "yes", "topics": ["news", "surveys"]})

    assert gets(sanne) == {"news"}


def test_choosing_writes_down_what_was_ticked_and_unticked_in_the_words_beside_it(reader, sanne):
    shown = {"shown": ["news", "personal", "surveys"]}

    reader.post(link(sanne), {"save": "yes", "topics": ["news"], **shown})
    reader.post(link(sanne), {"save": "yes", "topics": ["news", "surveys"], "shown": ["news"]})

    assert gets(sanne) == {"news", "surveys"}
    said = Consent.objects.filter(how="page").order_by("id")
    assert [(one.topic, one.given) for one in said] == [
        ("personal", False),
        ("surveys", False),
        ("surveys", True),
    ]
    assert said.last().wording.startswith("Questions about how you like it: ")
    assert said.last().language == "en"


def test_an_old_page_does_not_turn_on_what_was_stopped_meanwhile(reader, sanne):
    reader.post(link(sanne, ""), ONE_CLICK)

    reader.post(link(sanne), {"save": "yes", "topics": TOPICS, "shown": TOPICS})

    assert gets(sanne) == set()


def test_turning_on_again_and_again_is_refused_for_an_hour_but_never_stopping(reader, sanne):
    now = timezone.now()
    Consent.objects.bulk_create(
        Consent(
            member=sanne,
            topic="surveys",
            channel="email",
            given=bool(turn % 2),
            given_at=now,
            how="page",
            wording="?",
        )
        for turn in range(MOST_CHANGES + 1)
    )

    refused = reader.post(
        link(sanne), {"save": "yes", "topics": TOPICS, "shown": ["news", "personal"]}
    )
    reader.post(link(sanne), {"save": "yes", "shown": ["news", "personal"]})

    assert refused.status_code == 429
    assert "try again in an hour" in text(refused)
    assert gets(sanne) == set()


def test_the_page_speaks_the_members_language_until_the_reader_chooses(reader, sanne):
    Member.objects.update(language="nl")
    spoken = reader.get(link(sanne))
    reader.cookies["django_language"] = "en"
    chosen = reader.get(link(sanne))

    assert '<html lang="nl">' in text(spoken)
    assert '<html lang="en">' in text(chosen)


# Whose link is old, forged, or of nobody


def test_the_link_of_an_earlier_address_stops_and_shows_nothing(reader, sanne):
    old = link(sanne, email="earlier@example.nl")

    page = reader.get(old)
    reader.post(old, {"save": "yes", "topics": TOPICS, "shown": ""})
    reader.post(old, {"again": "yes", "topics": ["news"]})
    untouched = gets(sanne)
    stopped = reader.post(old, {"stop": "yes"})

    assert page.status_code == 200
    for secret in ("s•••", "example.nl", 'type="checkbox"', "News and offers"):
        assert secret not in text(page) + text(stopped)
    assert "Stopped" in text(stopped)
    assert untouched == set(TOPICS)
    assert gets(sanne) == {"personal", "surveys"}
    assert Consent.objects.latest("id").address == ""


def test_an_earlier_address_turns_nothing_on(reader, sanne):
    reader.post(link(sanne, ""), ONE_CLICK)
    old = link(sanne, email="earlier@example.nl")

    reader.post(old, {"save": "yes", "topics": TOPICS})
    reader.post(old, {"again": "yes", "topics": ["news"]})

    assert gets(sanne) == set()


def test_who_has_left_or_is_no_more_is_answered_politely(reader, sanne):
    close_membership(member_id=sanne.pk, now=timezone.now())
    gone = f"/stop/{stop_token(member_id=10**9, topic='news', email='x@example.nl')}/"

    for address in (link(sanne), gone):
        assert reader.get(address).status_code == 200
        assert reader.post(address, ONE_CLICK).status_code == 200
        assert reader.post(address, {"stop": "yes"}).status_code == 200
        assert "topics" not in text(reader.get(address))


def test_a_member_without_an_address_shows_nothing(reader, sanne):
    old = link(sanne)
    Member.objects.update(email=None)

    assert "•••" not in text(reader.get(old))
    assert reader.post(old, ONE_CLICK).status_code == 200
    assert "news" not in gets(sanne)


@pytest.mark.parametrize("token", ["x", "7.news.AAAA.0~forged", "%00", "a" * 5000])
def test_a_made_up_link_is_not_found_and_changes_nothing(reader, sanne, token):
    page = reader.get(f"/stop/{token}/")

    assert page.status_code == 404
    assert reader.post(f"/stop/{token}/", ONE_CLICK).status_code == 404
    assert "We don't know this link" in page.content.decode().replace("&#x27;", "'")
    assert gets(sanne) == set(TOPICS)


def test_other_methods_are_refused(reader, sanne):
    assert reader.put(link(sanne)).status_code == 405
    assert reader.head(link(sanne)).status_code == 200


# Confirming by letter


@pytest.fixture
def asked(program):
    member = make.member(language="en", email="bram@example.nl")
    say_yes(
        member_id=member.pk,
        wordings={Consent.Topic.NEWS: "Mag er nieuws komen?"},
        language="en",
        how=Consent.How.TILL,
        now=timezone.now(),
    )
    return ConsentRequest.objects.get()


def yes_link(request):
    return f"/mail/yes/{request_token(request=request)}/"


def test_a_mail_scanner_that_opens_the_link_says_no_yes(reader, asked):
    page = reader.get(yes_link(asked))
    reader.head(yes_link(asked))

    assert "Mag er nieuws komen?" in text(page)
    assert "b•••@example.nl" in text(page)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not Consent.objects.exists()


def test_the_button_counts_once_however_often_it_is_pressed(reader, asked):
    pages = [reader.post(yes_link(asked)) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert "You have said yes" in text(pages[1])
    consent = Consent.objects.get()
    assert (consent.how, consent.wording, consent.request) == (
        "letter",
        "Mag er nieuws komen?",
        asked,
    )


def test_a_link_that_counts_no_more_says_why(reader, asked):
    forged = reader.get("/mail/yes/W10:forged/")
    Member.objects.filter(pk=asked.member_id).update(email="new@example.nl")

    shown, sent = reader.get(yes_link(asked)), reader.post(yes_link(asked))

    assert forged.status_code == 404
    assert (shown.status_code, sent.status_code) == (410, 410)
    assert "no longer the member" in text(shown)
    assert not Consent.objects.exists()


# The profile


def test_the_profile_has_a_switch_for_each_topic_and_tells_what_was_said(door, member):
    door.post("/my/news/", {"topic": "surveys", "wants": "yes"})
    door.post("/my/news/", {"topic": "surveys", "wants": "no"})
    page = text(door.get("/my/profile/"))

    for words in ("News and offers", "Offers that suit what you buy", "Questions about how"):
        assert words in page
    assert "“Yes, you may ask me by mail how I like it. I can stop at any time.”" in page
    assert "“No more questions, please.”" in page


def test_a_question_that_waits_is_told_on_the_profile(door, member):
    say_yes(
        member_id=member.pk,
        wordings={Consent.Topic.NEWS: "News?"},
        language="en",
        how=Consent.How.STAFF,
        now=timezone.now(),
    )

    assert "waits for you" in text(door.get("/my/profile/"))


@pytest.mark.parametrize("body", [{"topic": "x", "wants": "yes"}, {"topic": "news"}, {}])
def test_an_answer_about_nothing_we_know_is_none(door, member, body):
    assert door.post("/my/news/", body).status_code == 302
    assert not Consent.objects.exists()
