"""A yes counts once the mailbox has answered; a no counts at once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from members.actions.consent import NoNewsForLeavers, stop_mail, withdraw_everything
from members.actions.consent_requests import (
    AddressChanged,
    NowhereToAsk,
    RequestExpired,
    UnknownRequest,
    ask_at_new_address,
    confirm_request,
    request_token,
    say_yes,
)
from members.actions.membership import close_membership
from members.models import Consent, ConsentRequest, LatestConsent, Member
from members.reports.mail_consent import address_is_proven
from tests import make

pytestmark = pytest.mark.django_db
NEWS, SURVEYS = Consent.Topic.NEWS, Consent.Topic.SURVEYS
WORDS = {NEWS: "Ja, mail mij nieuws."}
DAY = timedelta(days=1)


def yes(member, now, *, how=Consent.How.STAFF, wordings=WORDS, **facts):
    return say_yes(member_id=member.pk, wordings=wordings, language="nl", how=how, now=now, **facts)


def no(member, now, *topics):
    return stop_mail(
        member_id=member.pk,
        topics=topics or (NEWS,),
        how=Consent.How.PROFILE,
        wording="Nee.",
        now=now,
    )


def gets(member, topic=NEWS) -> bool:
    return LatestConsent.objects.filter(member=member, topic=topic, given=True).exists()


# Who counts at once


@pytest.mark.parametrize("how", [Consent.How.PROFILE, Consent.How.JOINING])
def test_a_yes_from_a_proven_mailbox_counts_at_once_and_says_why(now, how):
    sanne = make.member_with_login()

    assert yes(sanne, now, how=how) is None

    consent = Consent.objects.get()
    assert (consent.given, consent.how, consent.wording) == (True, how, "Ja, mail mij nieuws.")
    assert (consent.language, consent.address) == ("nl", sanne.email)
    assert str(sanne.user_id) in consent.proof
    assert not ConsentRequest.objects.exists()


@pytest.mark.parametrize("how", [Consent.How.STAFF, Consent.How.TILL])
def test_what_others_say_waits_for_the_mailbox_even_if_it_is_proven(now, how):
    sanne = make.member_with_login()

    request = yes(sanne, now, how=how)

    assert not gets(sanne)
    assert (request.address, request.wordings) == (sanne.email, {"news": "Ja, mail mij nieuws."})
    assert request.expires_at == now + 30 * DAY


def test_a_login_whose_address_never_answered_is_asked_by_letter(now):
    sanne = make.member_with_login()
    EmailAddress.objects.update(verified=False)

    assert yes(sanne, now, how=Consent.How.PROFILE) is not None
    assert not gets(sanne)


def test_a_login_proven_at_another_address_is_asked_by_letter(now):
    sanne = make.member_with_login()
    Member.objects.filter(pk=sanne.pk).update(email="other@example.nl")
    sanne.refresh_from_db()

    assert not address_is_proven(sanne)
    assert yes(sanne, now, how=Consent.How.PROFILE).address == "other@example.nl"


def test_who_has_no_address_cannot_be_asked(now):
    with pytest.raises(NowhereToAsk):
        yes(make.member(email=None), now)


def test_who_has_left_says_no_more_yes(now):
    sanne = make.member_with_login()
    close_membership(member_id=sanne.pk, now=now)

    for how in (Consent.How.PROFILE, Consent.How.STAFF):
        with pytest.raises(NoNewsForLeavers):
            yes(sanne, now, how=how)
    assert not gets(sanne)


# The letter


def confirm(request, now):
    return confirm_request(token=request_token(request=request), now=now)


def test_a_confirmed_request_is_a_yes_in_the_words_of_the_letter(now):
    sanne = make.member()
    request = yes(sanne, now, wordings={NEWS: "Nieuws?", SURVEYS: "Vragen?"})

    confirm(request, now + DAY)

    consents = {one.topic: one for one in Consent.objects.all()}
    assert {topic: one.wording for topic, one in consents.items()} == {
        "news": "Nieuws?",
        "surveys": "Vragen?",
    }
    for one in consents.values():
        assert (one.given, one.how, one.request, one.address) == (
            True,
            "letter",
            request,
            sanne.email,
        )
        assert str(request.pk) in one.proof
        assert one.given_at == now + DAY


def test_a_request_is_used_once(now):
    sanne = make.member()
    request = yes(sanne, now)
    confirm(request, now)
    no(sanne, now + DAY)

    again = confirm(request, now + 2 * DAY)

    assert again.confirmed_at == now
    assert not gets(sanne)


@pytest.mark.parametrize("token", ["", "x", "W10:forged", "\x00"])
def test_a_made_up_link_is_nobodys(token):
    with pytest.raises(UnknownRequest):
        confirm_request(token=token, now=make.NOW)


def test_the_link_runs_out(now):
    request = yes(make.member(), now)

    with pytest.raises(RequestExpired):
        confirm(request, now + 30 * DAY)
    confirm(request, now + 30 * DAY - timedelta(seconds=1))


def test_a_link_to_an_earlier_address_does_not_count(now):
    sanne = make.member()
    request = yes(sanne, now)
    Member.objects.filter(pk=sanne.pk).update(email="new@example.nl")

    with pytest.raises(AddressChanged):
        confirm(request, now)
    assert not gets(sanne)


def test_a_link_of_who_has_left_does_not_count(now):
    sanne = make.member()
    request = yes(sanne, now)
    close_membership(member_id=sanne.pk, now=now)

    with pytest.raises(NoNewsForLeavers):
        confirm(request, now)


def test_a_no_ends_what_was_still_asked(now):
    sanne = make.member()
    request = yes(sanne, now)
    no(sanne, now + DAY)

    with pytest.raises(RequestExpired):
        confirm(request, now + 2 * DAY)


def test_a_no_to_something_else_leaves_the_question_open(now):
    sanne = make.member()
    request = yes(sanne, now)
    no(sanne, now + DAY, SURVEYS)

    confirm(request, now + 2 * DAY)

    assert gets(sanne)


# One letter at a time


def test_asking_twice_is_one_question_with_one_letter(now):
    sanne = make.member()
    first = yes(sanne, now)

    second = yes(sanne, now + timedelta(hours=23))

    assert second == first
    assert (second.times_asked, second.write_at) == (1, now)


def test_after_a_day_the_same_question_is_mailed_again_and_holds_longer(now):
    sanne = make.member()
    yes(sanne, now)

    again = yes(sanne, now + DAY)

    assert (again.times_asked, again.write_at, again.expires_at) == (2, now + DAY, now + 31 * DAY)
    assert ConsentRequest.objects.count() == 1


def test_asking_more_within_a_day_waits_with_its_letter(now):
    sanne = make.member()
    first = yes(sanne, now)

    more = yes(sanne, now + timedelta(hours=1), wordings={**WORDS, SURVEYS: "Vragen?"})

    assert more != first
    assert more.wordings == {"surveys": "Vragen?"}
    assert more.write_at == now + DAY


def test_what_was_agreed_to_is_not_asked_again(now):
    sanne = make.member_with_login()
    yes(sanne, now, how=Consent.How.PROFILE)

    assert yes(sanne, now + DAY) is None
    assert not ConsentRequest.objects.exists()


def test_a_question_keeps_its_words_for_good(now):
    request = yes(make.member(), now)
    request.wordings = {"surveys": "Something else?"}

    with pytest.raises(Exception, match="Cannot update"):
        request.save()


# Another address


def test_a_yes_waits_again_when_staff_write_down_another_address(now):
    sanne = make.member()
    confirm(yes(sanne, now), now)
    Member.objects.filter(pk=sanne.pk).update(email="new@example.nl")

    asked = ask_at_new_address(member_id=sanne.pk, staff_id=make.staff().pk, now=now + DAY)

    assert not gets(sanne)
    assert (asked.address, asked.wordings) == ("new@example.nl", {"news": "Ja, mail mij nieuws."})
    confirm(asked, now + 2 * DAY)
    assert gets(sanne)


def test_a_yes_stays_when_the_new_address_is_proven_or_there_was_none(now):
    sanne, silent = make.member_with_login(), make.member()
    yes(sanne, now, how=Consent.How.PROFILE)

    for member in (sanne, silent):
        assert ask_at_new_address(member_id=member.pk, staff_id=1, now=now) is None
    assert gets(sanne)


def test_a_yes_without_an_address_left_waits_for_nobody(now):
    sanne = make.member()
    confirm(yes(sanne, now), now)
    Member.objects.filter(pk=sanne.pk).update(email=None)

    assert ask_at_new_address(member_id=sanne.pk, staff_id=make.staff().pk, now=now) is None
    assert not gets(sanne)


# Stopping


def test_leaving_takes_back_every_yes_and_says_nothing_of_the_rest(now):
    sanne = make.member_with_login()
    wordings = {NEWS: "Nieuws?", SURVEYS: "Vragen?"}
    yes(sanne, now, how=Consent.How.PROFILE, wordings=wordings)

    close_membership(member_id=sanne.pk, now=now)

    words = {one.topic: one.given for one in LatestConsent.objects.filter(member=sanne)}
    assert words == {"news": False, "surveys": False}


def test_withdrawing_everything_twice_writes_nothing_twice(now):
    sanne = make.member_with_login()
    yes(sanne, now, how=Consent.How.PROFILE)
    facts = {"how": Consent.How.STAFF, "wording": "Asked us.", "now": now}

    assert withdraw_everything(member_id=sanne.pk, **facts) == 1
    assert withdraw_everything(member_id=sanne.pk, **facts) == 0


def test_the_same_words_have_the_same_version_and_others_another():
    one, same, other = (Consent(wording=words) for words in ("Nieuws?", "Nieuws?", "Nieuws!"))

    assert one.text_version == same.text_version != other.text_version
    assert Consent(wording="").text_version == ""
