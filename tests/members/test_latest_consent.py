"""The last word on a topic, as a mailing looks it up."""

from datetime import timedelta

import pytest

from members.actions.consent import answer_news
from members.models import Consent, LatestConsent
from members.stop_link import read_stop_token, stop_token
from tests import make

pytestmark = pytest.mark.django_db


def answer(member, now, *, given):
    return answer_news(
        member_id=member.pk, given=given, how=Consent.How.PROFILE, wording="?", now=now
    )


def test_the_last_word_follows_every_answer(now):
    sanne = make.member()

    answer(sanne, now, given=True)
    last = answer(sanne, now + timedelta(days=1), given=False)

    word = LatestConsent.objects.get(member=sanne)
    assert (word.given, word.consent) == (False, last)


def test_it_follows_answers_written_in_bulk(now):
    sanne = make.member()
    fields = {"member": sanne, "topic": "news", "channel": "email", "given_at": now, "how": "page"}

    Consent.objects.bulk_create([Consent(given=given, **fields) for given in (False, True)])

    assert LatestConsent.objects.get().given


def test_a_stop_link_says_whose_mail_and_at_which_address():
    token = stop_token(member_id=7, topic="news", email="sanne@example.nl", mailing_id=3)

    link = read_stop_token(token)

    assert (link.member_id, link.topic, link.mailing_id) == (7, "news", 3)
    assert link.is_of("sanne@example.nl")
    assert not link.is_of("somebody@example.nl")


@pytest.mark.parametrize("change", ["", "x", "7.news", "7.news.AAAAAAAA.3~forged"])
def test_a_stop_link_of_others_says_nothing(change):
    assert read_stop_token(change) is None


def test_a_changed_stop_link_says_nothing():
    token = stop_token(member_id=7, topic="news", email="sanne@example.nl")

    assert read_stop_token(token.replace("7.", "8.", 1)) is None


def test_a_link_written_under_an_older_key_still_stops(settings):
    token = stop_token(member_id=7, topic="news", email="sanne@example.nl")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    link = read_stop_token(token)

    assert link.is_of("sanne@example.nl")
