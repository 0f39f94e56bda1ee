"""Mail of which nobody knew whether it left: what the provider tells settles it."""

from collections import Counter

import pytest

from mailroom.delivery_sql.tallies import move_tallies
from mailroom.models import Delivery, Letter, Tally
from tests import make
from tests.mailroom.provider_news import POSTMARK, postmark_bounce, postmark_delivery, tell
from tests.mailroom.test_webhooks import HAPPENED, sent_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def sanne():
    return make.member(email="sanne@example.nl")


@pytest.fixture
def postmark(settings):
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", POSTMARK


def in_doubt(member):
    """A delivery of which nobody knows whether it left."""
    make.mailing(member)
    delivery = Delivery.objects.get()
    was = (delivery.mailing_id, delivery.state, "")
    delivery.state, delivery.left_at = Delivery.State.UNKNOWN, make.NOW
    delivery.save()
    move_tallies(Counter({was: -1, (delivery.mailing_id, delivery.state, ""): 1}))
    return delivery


@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_what_arrived_was_sent_and_only_doubt_is_settled_by_it(postmark, sanne, state):
    letter = sent_letter(state=Letter.State(state))

    tell("postmark", postmark_delivery(sanne.email, Metadata={"klaver": f"letter-{letter.pk}"}))

    letter.refresh_from_db()
    settled = ("sent", HAPPENED) if state == "unknown" else ("failed", None)
    assert (letter.state, letter.sent_at) == settled


@pytest.mark.parametrize(
    ("news", "state"), [(postmark_delivery, "sent"), (postmark_bounce, "failed")]
)
def test_news_of_a_delivery_in_doubt_settles_it_in_the_figures_too(postmark, sanne, news, state):
    delivery = in_doubt(sanne)
    about = {"klaver": f"delivery-{delivery.pk}"}

    for _ in range(2):
        tell("postmark", news(sanne.email, Metadata=about))

    delivery.refresh_from_db()
    assert delivery.state == state
    counted = Tally.objects.filter(mailing=delivery.mailing).exclude(count=0)
    assert list(counted.values_list("state", "count")) == [(state, 1)]
