"""Nobody gets a mailing twice, and none is lost silently, whoever dies and whatever breaks."""

import pytest

from mailroom.receivers import mail_at_once
from mailroom.signals import mailing_started
from tests.mailroom.storm import storm

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_knocks():
    """Only the workers of the storm send."""
    mailing_started.disconnect(mail_at_once)
    yield
    mailing_started.connect(mail_at_once)


def test_a_small_storm_doubles_nothing_and_loses_nothing_silently(settings, tmp_path):
    found = storm(
        settings, tmp_path, recipients=600, kills=4, between=(0.05, 0.4), cut=0.02, seed=3
    )

    assert found["sent"] + found["unknown"] == 600


@pytest.mark.drill
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_and_twenty_kills(settings, tmp_path, seed):
    found = storm(
        settings, tmp_path, recipients=10_000, kills=20, between=(0.2, 1.5), cut=0.02, seed=seed
    )

    print(found)  # noqa: T201 - the drill's own figures
    assert found["cut"] > 100
    assert found["sent"] > 9_000
