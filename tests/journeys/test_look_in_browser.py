"""What the look promises: four answers at a glance, targets for a thumb, room for five places."""

import pytest
from django.utils.translation import gettext_noop
from playwright.sync_api import Page, Route, expect

from loyalty_site import context as portal
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import EVERY_PAGE, OWNERS, STRANGER_PAGES, Look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = Look(language="nl", width=360, scheme="light")
THUMB = 44
FIVE = [
    (name, "home", icon)
    for name, icon in (
        (gettext_noop("Home"), "home"),
        ("Punten", "points"),
        ("Beloningen", "rewards"),
        ("Vrienden", "friends"),
        ("Hulp", "help"),
    )
]
# A link within a sentence may be smaller (WCAG 2.2, target size); hidden text is none.
SMALL = """
(least) => [...document.querySelectorAll('a[href], button, summary, select, input')]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && each.type !== 'hidden')
  .filter((each) => !each.closest('p, .hidden-text, .skip, .steps, label, .notice') || each.matches('.more'))
  .filter((each) => !['checkbox', 'radio'].includes(each.type))
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width && box.height && (box.width < least || box.height < least - 0.5))
  .map(([box, what]) => `${Math.round(box.width)}x${Math.round(box.height)} ${what}`)
"""


def bottom_of(page: Page, what: str) -> float:
    box = page.locator(what).bounding_box()
    assert box, what
    return box["y"] + box["height"]


def test_home_answers_four_questions_without_scrolling(chromium, live_server, people):
    look = PHONE.context(chromium, live_server.url)
    log_in(look, people["member"], live_server.url)
    page = look.new_page()
    page.goto(f"{live_server.url}/my/")

    bar = page.locator(".bottom").bounding_box()

    assert bar
    for answer in (".figure", ".hero-note", ".strip", ".toward"):
        assert bottom_of(page, answer) <= bar["y"], answer
    look.close()


def test_the_bar_holds_five_places_on_the_narrowest_phone(
    chromium, live_server, people, monkeypatch
):
    monkeypatch.setattr(portal, "MEMBER_PLACES", FIVE)
    look = PHONE.context(chromium, live_server.url)
    log_in(look, people["member"], live_server.url)
    page = look.new_page()
    page.goto(f"{live_server.url}/my/points/")

    places = page.locator(".bottom a")

    expect(places).to_have_count(5)
    cut = "each => each.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert places.evaluate_all(cut) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    look.close()


def test_the_card_is_one_tap_away_from_every_page_of_a_member(chromium, live_server, people):
    look = PHONE.context(chromium, live_server.url)
    page = look.new_page()
    without = []
    for name in [name for name in EVERY_PAGE if name in OWNERS and name not in STRANGER_PAGES]:
        log_in(look, people[OWNERS[name]], live_server.url, just_now=True)
        page.goto(live_server.url + EVERY_PAGE[name])
        if not page.locator(".top a[href='/my/card/']").is_visible():
            without.append(name)

    assert without == []
    look.close()


def test_a_thumb_hits_everything_on_the_busiest_pages(chromium, live_server, people):
    look = PHONE.context(chromium, live_server.url)
    page = look.new_page()
    small = []
    for name in ("landing", "login", "home", "points", "expiring", "profile", "second-step"):
        if name in OWNERS:
            log_in(look, people[OWNERS[name]], live_server.url)
        page.goto(live_server.url + EVERY_PAGE[name])
        small += [f"{name}: {found}" for found in page.evaluate(SMALL, THUMB)]

    assert small == []
    look.close()


def test_a_slow_answer_shows_a_skeleton_and_a_quick_one_does_not(chromium, live_server, household):
    look = PHONE.context(chromium, live_server.url)
    log_in(look, household.user, live_server.url)
    page = look.new_page()
    page.goto(f"{live_server.url}/my/points/")
    skeleton = page.locator(".skeleton")
    expect(skeleton).to_be_hidden()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/my/points/?kind=*", hold)

    page.locator("select[name=kind]").select_option("4")
    expect(skeleton).to_be_visible()
    waiting[0].continue_()

    expect(skeleton).to_be_hidden()
    expect(page.locator(".book > li")).to_have_count(1)
    look.close()
