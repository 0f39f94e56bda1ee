"""Yes and no to mail, many at once: one question, one answer."""

import pytest

from members.actions.consent import stop_mail
from members.actions.consent_requests import confirm_request, request_token, say_yes
from members.models import Consent, ConsentRequest, LatestConsent
from tests import make
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
NEWS = Consent.Topic.NEWS


def ask(member):
    return say_yes(
        member_id=member.pk,
        wordings={NEWS: "Nieuws?"},
        language="nl",
        how=Consent.How.STAFF,
        now=NOW,
    )


def test_asking_many_times_at_once_is_one_question():
    sanne = make.member()

    at_once(lambda _number: ask(sanne), 8)

    assert ConsentRequest.objects.count() == 1


def test_pressing_the_button_many_times_at_once_is_one_yes():
    token = request_token(request=ask(make.member()))

    at_once(lambda _number: confirm_request(token=token, now=NOW), 8)

    assert Consent.objects.count() == 1


def test_stopping_many_times_at_once_is_one_no():
    sanne = make.member()
    confirm_request(token=request_token(request=ask(sanne)), now=NOW)

    def stop(_number):
        stop_mail(member_id=sanne.pk, topics=[NEWS], how="stop", wording="Stop", now=NOW)

    at_once(stop, 8)

    assert Consent.objects.filter(given=False).count() == 1
    assert not LatestConsent.objects.get().given
