"""What a mail provider tells over HTTP: acted on once, never a 500, and believed from it alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from mailroom.actions.suppression import lift_suppression
from mailroom.models import Letter, SoftBounces, Suppression
from mailroom.receivers import carry_our_number
from members.actions.consent import record_consent
from members.models import Consent, LatestConsent
from tests import make
from tests.mailroom.provider_news import (
    MAILGUN,
    POSTMARK,
    mailgun_event,
    postmark_bounce,
    postmark_complaint,
    postmark_delivery,
    postmark_stop,
    tell,
)

pytestmark = pytest.mark.django_db
HAPPENED = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)


@pytest.fixture
def sanne():
    return make.member(email="sanne@example.nl")


@pytest.fixture
def postmark(settings):
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", POSTMARK


@pytest.fixture
def mailgun(settings):
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "mailgun", MAILGUN


def agreed(member, at=HAPPENED - timedelta(days=9), *topics):
    for topic in topics or Consent.Topic:
        record_consent(
            member_id=member.pk,
            topic=topic,
            channel=Consent.Channel.EMAIL,
            given=True,
            how=Consent.How.LETTER,
            wording="?",
            now=at,
        )


def gets(member) -> int:
    return LatestConsent.objects.filter(member=member, given=True).count()


def held() -> list:
    rows = Suppression.objects.in_force().order_by("id")
    return [(one.email, one.cause) for one in rows]


def sent_letter(to="sanne@example.nl", state=Letter.State.SENT):
    letter = make.letter(to=to)
    Letter.objects.filter(pk=letter.pk).update(
        state=state, sent_at=make.NOW if state == Letter.State.SENT else None
    )
    return letter


# Bounces


def test_a_hard_bounce_at_postmark_holds_the_address_and_marks_the_letter(postmark, sanne):
    letter = sent_letter()
    bounce = postmark_bounce("Sanne@Example.NL", Metadata={"klaver": f"letter-{letter.pk}"})

    answer = tell("postmark", bounce)

    letter.refresh_from_db()
    assert answer.status_code == 200
    assert held() == [("sanne@example.nl", "bounce")]
    assert (letter.state, letter.sent_at) == ("failed", None)
    assert "5.1.1" in letter.fault
    assert "5.1.1" in Suppression.objects.get().detail


def test_a_permanent_failure_at_mailgun_finds_the_letter_by_its_message_id(mailgun, sanne):
    letter = sent_letter(state=Letter.State.UNKNOWN)
    headers = {"message-id": f"letter-{letter.pk}@example.nl", "to": "sanne@example.nl"}

    answer = tell(
        "mailgun",
        mailgun_event(
            "failed",
            "sanne@example.nl",
            severity="permanent",
            reason="bounce",
            message={"headers": headers},
        ),
    )

    letter.refresh_from_db()
    assert answer.status_code == 200, answer.content
    assert held() == [("sanne@example.nl", "bounce")]
    assert letter.state == "failed"


def test_a_delay_means_nothing(mailgun, postmark, settings, sanne):
    tell("postmark", postmark_bounce(sanne.email, kind="Transient"))
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "mailgun", MAILGUN
    tell("mailgun", mailgun_event("failed", sanne.email, severity="temporary"))

    assert held() == []


@pytest.mark.parametrize("kind", ["Blocked", "DMARCPolicy", "ManuallyDeactivated", "SMTPApiError"])
def test_what_is_wrong_with_our_mail_is_not_held_against_the_address(postmark, sanne, kind):
    letter = sent_letter()

    tell(
        "postmark",
        postmark_bounce(sanne.email, kind=kind, Metadata={"klaver": f"letter-{letter.pk}"}),
    )

    letter.refresh_from_db()
    assert held() == []
    assert letter.state == "failed"


def test_news_about_another_address_marks_no_letter(postmark, sanne):
    letter = sent_letter(to="bram@example.nl")

    tell("postmark", postmark_bounce(sanne.email, Metadata={"klaver": f"letter-{letter.pk}"}))

    letter.refresh_from_db()
    assert letter.state == "sent"


def test_the_same_news_twice_is_one_suppression(postmark, sanne):
    for _ in range(3):
        assert tell("postmark", postmark_bounce(sanne.email)).status_code == 200

    assert Suppression.objects.count() == 1


def test_old_news_does_not_hold_an_address_that_was_let_go_since(postmark, sanne):
    tell("postmark", postmark_bounce(sanne.email))
    lift_suppression(
        suppression_id=Suppression.objects.get().pk,
        staff_id=make.staff().pk,
        reason="Works again",
        now=HAPPENED + timedelta(days=1),
    )

    tell("postmark", postmark_bounce(sanne.email))
    later = (HAPPENED + timedelta(days=2)).isoformat()
    before = held()
    tell("postmark", postmark_bounce(sanne.email, at=later))

    assert before == []
    assert held() == [("sanne@example.nl", "bounce")]


# Soft bounces


def soft(number, at=HAPPENED):
    return postmark_bounce(
        "sanne@example.nl", kind="SoftBounce", number=number, at=at.isoformat(), Details="452 full"
    )


def test_five_soft_bounces_in_a_row_are_one_hard_one(postmark, sanne):
    for number in range(4):
        tell("postmark", soft(number))
        tell("postmark", soft(number))
    before = held()
    tell("postmark", soft(9))

    assert before == []
    assert held() == [("sanne@example.nl", "bounce")]
    assert "452 full" in Suppression.objects.get().detail


def test_mail_that_arrives_between_begins_the_count_anew(postmark, sanne):
    for number in range(4):
        tell("postmark", soft(number))
    tell("postmark", postmark_delivery(sanne.email, at="2026-06-15T10:00:00Z"))
    # This one came late: it happened before the mail that arrived.
    tell("postmark", soft(5))
    for number in range(10, 14):
        tell("postmark", soft(number, HAPPENED + timedelta(hours=1)))

    assert held() == []


def test_an_arrival_is_counted_for_nobody_who_never_bounced(postmark, sanne):
    tell("postmark", postmark_delivery(sanne.email))

    assert not SoftBounces.objects.exists()


# Complaints and stops


def test_a_complaint_takes_all_consent_back_and_holds_marketing(postmark, sanne):
    agreed(sanne)

    tell("postmark", postmark_complaint(sanne.email))
    tell("postmark", postmark_complaint(sanne.email))

    assert gets(sanne) == 0
    assert held() == [("sanne@example.nl", "spam")]
    assert set(Consent.objects.filter(given=False).values_list("how", flat=True)) == {"spam"}
    assert Consent.objects.filter(given=False).count() == 3
    assert not Suppression.objects.against([sanne.email], marketing=False).exists()


def test_an_old_complaint_does_not_undo_a_later_yes(postmark, sanne):
    agreed(sanne, HAPPENED + timedelta(hours=1))

    tell("postmark", postmark_complaint(sanne.email))

    assert gets(sanne) == 3


def test_a_complaint_at_mailgun_counts_too(mailgun, sanne):
    agreed(sanne)

    assert tell("mailgun", mailgun_event("complained", sanne.email)).status_code == 200

    assert gets(sanne) == 0


def test_a_stop_at_the_provider_is_a_stop_here(postmark, mailgun, settings, sanne):
    agreed(sanne)
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", POSTMARK

    tell("postmark", postmark_stop(sanne.email))

    assert gets(sanne) == 0
    assert held() == []
    assert Consent.objects.filter(how="stop", given=False).count() == 3


def test_opening_and_clicking_leave_nothing(mailgun, sanne):
    agreed(sanne)

    for event in ("opened", "clicked", "accepted", "delivered", "something-new"):
        assert tell("mailgun", mailgun_event(event, sanne.email)).status_code == 200

    assert gets(sanne) == 3
    assert held() == []


# Doors


@pytest.mark.parametrize("secret", ["", "klaver:wrong", "x"])
def test_news_without_our_secret_is_not_believed(postmark, sanne, secret):
    answer = tell("postmark", postmark_bounce(sanne.email), secret=secret)

    assert answer.status_code == 401
    assert held() == []


def test_news_with_a_forged_signature_is_not_believed(mailgun, sanne):
    forged = mailgun_event("complained", sanne.email, key="another-key")

    assert tell("mailgun", forged).status_code == 401
    assert held() == []


@pytest.mark.parametrize("provider", ["mailgun", "sendgrid", "x"])
def test_other_providers_have_no_door(postmark, provider):
    assert tell(provider, {}).status_code == 404


def test_without_a_provider_there_is_no_door(settings):
    settings.EMAIL_PROVIDER = ""

    assert tell("postmark", {}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "5",
        '"text"',
        "{}",
        "\x00",
        "[" * 100_000,
        '{"RecordType": {}}',
        '{"RecordType": "Bounce", "Metadata": null}',
        '{"RecordType": "Bounce", "BouncedAt": 5}',
        '{"RecordType": "Inbound"}',
        '{"RecordType": "Bounce", "Type": "HardBounce"}',
        '{"RecordType": "Bounce", "Type": "HardBounce", "Email": 5}',
        '{"RecordType": "Bounce", "Type": "HardBounce", "Email": "nobody"}',
        '{"RecordType": "Bounce", "Type": "HardBounce", "Email": "a\\u0000@example.nl"}',
        '{"RecordType": "Bounce", "Type": "HardBounce", "Email": "\\ud800@example.nl"}',
        '{"RecordType": "Bounce", "Type": "HardBounce", "Metadata": [], "Email": "x"}',
    ],
)
def test_what_cannot_be_read_is_answered_and_changes_nothing(postmark, sanne, body):
    answer = tell("postmark", body)

    assert answer.status_code in {200, 400}
    assert held() == []


@pytest.mark.parametrize("body", ["{}", "[]", '{"signature": "x"}', '{"signature": {"token": 5}}'])
def test_what_cannot_be_read_at_mailgun_is_answered_too(mailgun, body):
    assert tell("mailgun", body).status_code in {400, 401}


def test_words_that_the_database_cannot_keep_are_kept_without_them(postmark, sanne):
    bounce = postmark_bounce(sanne.email, Details="550\x00 \ud800 no\nsuch " + "x" * 999)

    assert tell("postmark", bounce).status_code == 200
    assert held() == [("sanne@example.nl", "bounce")]


def test_an_address_of_great_length_is_nobodys(postmark):
    assert tell("postmark", postmark_bounce(f"{'a' * 60}@{'b.' * 110}nl")).status_code == 200


def test_nobody_we_know_is_held_too_and_breaks_nothing(postmark):
    metadata = {"klaver": "letter-999999999999999999"}

    for news in (
        postmark_bounce("x@example.nl", Metadata=metadata),
        postmark_complaint("x@example.nl", Metadata={"klaver": "delivery-99999999"}),
    ):
        assert tell("postmark", news).status_code == 200
    assert held() == [("x@example.nl", "bounce"), ("x@example.nl", "spam")]


def test_a_provider_may_knock_and_others_may_not_look(postmark):
    assert Client().head("/anymail/postmark/tracking/").status_code == 200
    assert Client().get("/anymail/postmark/tracking/").status_code == 405


# Our own number


@pytest.mark.parametrize(
    ("message_id", "carried"),
    [("<delivery-12@example.nl>", "delivery-12"), ("<letter-3@x>", "letter-3"), ("<a@b>", None)],
)
def test_a_message_takes_our_number_along_to_the_provider(message_id, carried):
    message = EmailMessage(headers={"Message-ID": message_id})

    carry_our_number(message=message)

    assert getattr(message, "metadata", {}).get("klaver") == carried
