"""Every page of the portal, and the ways to look at it."""

import re
from dataclasses import dataclass
from itertools import product

from django.conf import settings
from django.core import mail
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.household import PASSKEY, WITH_AN_APP
from tests.journeys.mail import link_of
from tests.journeys.scenes import SCENES

HEIGHT = 780
CODE = re.compile(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?$", re.MULTILINE)
WIDTHS = (360, 768, 1280)
LANGUAGES = ("nl", "en")
SCHEMES = ("light", "dark")

VISITOR_PAGES = {
    "landing": "/",
    "join": "/accounts/signup/",
    "login": "/accounts/login/",
    "code": "/accounts/login/",
    "not-found": "/nowhere/",
    "offline": "/offline/",
    "rewards-public": "/rewards/",
    "api": "/api/v1/docs",
}
MEMBER_PAGES = {
    "home": "/my/",
    "points": "/my/points/",
    "points-none": "/my/points/?kind=8",
    "points-nothing": "/my/points/?kind=nothing",
    "expiring": "/my/points/expiring/",
    "claim": "/my/points/claim/",
    "rewards": "/rewards/",
    "card": "/my/card/",
    "profile": "/my/profile/",
    "leave": "/my/leave/",
    "email": "/accounts/email/",
    "second-step": "/accounts/2fa/",
    "app": "/accounts/2fa/totp/activate/",
    "passkeys": "/accounts/2fa/webauthn/",
    "passkey-add": "/accounts/2fa/webauthn/add/",
    "sessions": "/accounts/sessions/",
    "logout": "/accounts/logout/",
}
MAIL_PAGES = {
    "mail": "/stop/{stop}/",
    "mail-stopped": "/stop/{stop}/",
    "mail-old": "/stop/{old_stop}/",
    "mail-unknown": "/stop/x/",
    "mail-yes": "/mail/yes/{question}/",
    "mail-said": "/mail/yes/{question}/",
    "mail-over": "/mail/yes/x/",
}
"""What a reader of our mail comes to by its links; the links are in `tests/journeys/mail.py`."""
PAGES = VISITOR_PAGES | MEMBER_PAGES
"""What a visitor and a member of long standing see."""

NEWCOMER_PAGES = {
    "home-new": "/my/",
    "points-new": "/my/points/",
    "expiring-new": "/my/points/expiring/",
}
CAREFUL_PAGES = {
    "second-step-on": "/accounts/2fa/",
    "app-off": "/accounts/2fa/totp/deactivate/",
    "recovery": "/accounts/2fa/recovery-codes/",
    "recovery-again": "/accounts/2fa/recovery-codes/generate/",
    "passkeys-some": "/accounts/2fa/webauthn/",
    "passkey-rename": f"/accounts/2fa/webauthn/keys/{PASSKEY}/edit/",
    "passkey-remove": f"/accounts/2fa/webauthn/keys/{PASSKEY}/remove/",
}
ASKED_AGAIN = {"is-it-you": "/accounts/2fa/recovery-codes/"}
STRANGER_PAGES = {"no-member": "/my/"}
AT_THE_DOOR = {"second-step-asked": "/accounts/login/"}
EVERY_PAGE = (
    AT_THE_DOOR | MAIL_PAGES | PAGES | NEWCOMER_PAGES | CAREFUL_PAGES | ASKED_AGAIN | STRANGER_PAGES
)
SCENE_PAGES = {name: page for scene in SCENES.values() for name, page in scene.pages.items()}
ADDRESSES = EVERY_PAGE | {name: address for name, (address, _owner) in SCENE_PAGES.items()}
OWNERS = {
    **dict.fromkeys(MEMBER_PAGES, "member"),
    **dict.fromkeys(NEWCOMER_PAGES, "newcomer"),
    **dict.fromkeys([*CAREFUL_PAGES, *ASKED_AGAIN], "careful"),
    **dict.fromkeys(STRANGER_PAGES, "stranger"),
    **{name: owner for name, (_address, owner) in SCENE_PAGES.items() if owner},
}
"""Who each page is shown to; visitors' pages are nobody's."""


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    language: str
    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}"

    def context(self, browser: Browser, site: str) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": self.width, "height": HEIGHT},
            color_scheme=self.scheme,
            reduced_motion="reduce",
        )
        context.add_cookies(
            [{"name": settings.LANGUAGE_COOKIE_NAME, "value": self.language, "url": site}]
        )
        return context

    def stretch(self, page: Page) -> None:
        """Make the window as high as the page, so that nothing is under the navigation."""
        page.set_viewport_size({"width": self.width, "height": HEIGHT})
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": self.width, "height": max(HEIGHT, height)})


def open_page(page: Page, site: str, name: str, look: Look) -> None:
    """Go to a page, with a line unfolded or a code asked for where that is what it is about."""
    address = link_of(ADDRESSES[name]) if name in MAIL_PAGES else ADDRESSES[name]
    answer = page.goto(site + address)
    assert answer is not None
    assert answer.status < 500, name
    if name in {"mail-stopped", "mail-said"}:
        page.locator("main form button").first.click()
        page.locator(".notice.success").wait_for()
    if name == "code":
        ask_for_a_code(page, f"{look}@example.nl")
    if name == "second-step-asked":
        ask_for_a_code(page, WITH_AN_APP)
        page.locator("input[name=code]").fill(CODE.findall(mail.outbox[-1].body)[0])
        page.locator("main form button").first.click()
        page.locator("#webauthn_form").wait_for(state="attached")
    if name == "points":
        page.locator("details").nth(2).locator("summary").click()
    look.stretch(page)


def ask_for_a_code(page: Page, address: str) -> None:
    page.locator("input[name=login]").fill(address)
    page.locator("main form button").first.click()
    page.locator("input[name=code]").wait_for()


LOOKS = [Look(*look) for look in product(LANGUAGES, WIDTHS, SCHEMES)]


def one_look_each() -> list[tuple[str, Look]]:
    """Each page in one of the looks, in rotation, so that all looks come by."""
    # 5 and 12 have no common factor: neighbors differ in language, width and scheme.
    return [(name, LOOKS[place * 5 % len(LOOKS)]) for place, name in enumerate(EVERY_PAGE)]
