"""Mails as pictures: every letter and a sample mailing, as phones, desks and plain text show them."""

import re
from html import escape
from pathlib import Path

import pytest
from django.conf import settings

from mailroom.kinds import kinds_of_letters
from mailroom.message import Filled
from mailroom.reports.preview import preview, preview_letter
from members.models import Branding
from tests import make

FOLDER = Path(settings.BASE_DIR) / "screenshots" / "mail"
LOOKS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
SAMPLE = {
    "nl": {
        "subject": "{first_name}, dit weekend dubbele punten",
        "preheader": "Alleen zaterdag en zondag, op alles uit de versafdeling",
        "body": "# Dit weekend: dubbele punten\n\nOp alles uit de **versafdeling** krijg je zaterdag "
        "en zondag dubbele punten. Je hebt er nu {spendable|nog geen}.\n\n## Zo werkt het\n\n"
        "1. Kom langs op zaterdag of zondag.\n2. Laat je kaart zien *voordat* je betaalt.\n"
        "3. Je punten staan er meteen op.\n\nMeer weten? [Lees de regels](/program/).",
        "button": "Bekijk je punten",
        "address": "/my/points/",
    },
    "en": {
        "subject": "{first_name}, double points this weekend",
        "preheader": "Saturday and Sunday only, on all that is fresh",
        "body": "# This weekend: double points\n\nOn everything **fresh** you get double points on "
        "Saturday and Sunday. You have {spendable|none yet}.\n\n## How it works\n\n"
        "1. Come by on Saturday or Sunday.\n2. Show your card *before* you pay.\n"
        "3. Your points are there at once.\n\nMore? [Read the rules](/program/).",
        "button": "See your points",
        "address": "/my/points/",
    },
}

pytestmark = [pytest.mark.django_db, pytest.mark.browser]


def mails(language: str) -> dict[str, Filled]:
    letters = {
        source.replace("/", "-"): preview_letter(kind, language, None, make.NOW)
        for source, kind in kinds_of_letters().items()
    }
    return letters | {"mailing": preview(SAMPLE, language, None, "news", make.NOW)}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_take_pictures_of_mails(chromium, language):
    FOLDER.mkdir(parents=True, exist_ok=True)
    Branding.objects.create(
        name="Marktzicht",
        tone="warm",
        contact_email="hallo@marktzicht.example",
        contact_phone="020 123 45 67",
        contact_address="Marktplein 1, 2011 AB Haarlem",
    )
    shown = mails(language)
    for width, scheme in LOOKS:
        page = chromium.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
        for name, message in shown.items():
            page.set_content(message.html)
            page.screenshot(path=FOLDER / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide"
        page.close()
    page = chromium.new_page(viewport={"width": 700, "height": 400})
    for name, message in shown.items():
        assert not re.search(r"[{}]", message.subject + message.text)
        page.set_content(f"<h3>{escape(message.subject)}</h3><pre>{escape(message.text)}</pre>")
        page.screenshot(path=FOLDER / f"{name}-{language}-text.png", full_page=True)
    page.close()
