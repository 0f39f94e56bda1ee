"""What a phone has to load before a page works, pictures aside and without any compression."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from points.views import LINES_A_PAGE
from tests import make

HEAVIEST = 100_000
HEAVIEST_STYLES = 40_000
LOADED = re.compile(r'<(?:link rel="stylesheet"\s+href|script\s+src)="([^"?]+)')


@pytest.fixture
def long_history(member):
    """A page full of lines, with all that can be said of a purchase."""
    for day in range(2 * LINES_A_PAGE):
        at = timezone.now() - timedelta(days=day)
        make.purchase(member, "120.95", at=at, now=timezone.now())
    return member


def weight(client, address):
    """Add up a page and the style sheets and scripts that it names."""
    page = client.get(address, headers={"accept-language": "nl"}, follow=True)
    assert page.status_code == 200
    named = LOADED.findall(page.content.decode())
    return len(page.content) + sum(size_of(client, name) for name in named)


def size_of(client, address):
    if not address.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
        return len(client.get(address).content)
    found = finders.find(address.removeprefix(f"/{settings.STATIC_URL.strip('/')}/"))
    assert found, address
    return Path(found).stat().st_size


@pytest.mark.parametrize(
    "address",
    [
        "/my/",
        "/my/points/",
        "/my/points/?kind=nothing",
        "/my/points/expiring/",
        "/my/points/claim/",
        "/my/card/",
        "/my/vouchers/",
        "/my/profile/",
        "/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/sessions/",
    ],
)
def test_a_members_page_is_light(door, long_history, address):
    assert 5_000 < weight(door, address) < HEAVIEST


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/accounts/signup/"])
def test_a_visitors_page_is_light(visitor, program, address):
    assert 5_000 < weight(visitor, address) < HEAVIEST


def test_the_weight_counts_styles_and_scripts(door, long_history):
    page = len(door.get("/my/points/").content)

    # htmx alone weighs 50,000.
    assert weight(door, "/my/points/") > page + 70_000


def test_all_styles_together_stay_small():
    sheets = (settings.BASE_DIR / "static" / "portal").glob("*.css")

    assert sum(sheet.stat().st_size for sheet in sheets) < HEAVIEST_STYLES
