"""What a browser says of itself, in words."""

import pytest
from django.utils.translation import override

from loyalty_site.devices import device, device_icon

PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/128.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
IPHONE_CHROME = IPHONE.replace("Version/17.5", "CriOS/128.0")
GALAXY = PIXEL.replace("Chrome/128.0.0.0", "SamsungBrowser/25.0 Chrome/121.0.0.0")
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (PIXEL, "Chrome on Android"),
        (IPHONE, "Safari on iPhone"),
        (IPHONE_CHROME, "Chrome on iPhone"),
        (GALAXY, "Samsung Internet on Android"),
        (MAC, "Safari on Mac"),
        (EDGE, "Edge on Windows"),
        (FIREFOX, "Firefox on Linux"),
        ("Android", "Android"),
        ("curl/8.5.0", "A device we do not recognize"),
        ("", "A device we do not recognize"),
    ],
)
def test_a_browser_is_named_as_its_owner_names_it(told, words):
    assert device(told) == words


@pytest.mark.parametrize(
    ("told", "icon"), [(PIXEL, "device"), (IPHONE, "device"), (MAC, "computer"), ("", "computer")]
)
def test_what_is_held_in_a_hand_has_another_picture_than_what_stands(told, icon):
    assert device_icon(told) == icon
