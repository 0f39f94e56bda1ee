"""Every portal page by keyboard alone: all can be reached, and one sees where one is."""

import pytest
from playwright.sync_api import Browser, Page

from members.models import Member
from tests.journeys.conftest import log_in
from tests.journeys.portal_pages import MEMBER_PAGES, PAGES, Look, open_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

LOOKS = (Look(language="nl", width=360, scheme="light"), Look("en", 1280, "dark"))
# Numbers all that a person can act on and see; of radio buttons a key reaches the chosen one.
MARK = """
() => {
  const seen = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
  )].filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.disabled)
    .filter((each) => each.type !== 'radio' || each.checked
      || !document.querySelector(`input[name="${each.name}"]:checked`));
  seen.forEach((each, place) => { each.dataset.place = place; });
  document.activeElement.blur();
  return seen.map((each) => each.outerHTML.slice(0, 110));
}
"""
WHERE = """
() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [here.dataset ? here.dataset.place ?? null : null, shown];
}
"""


def out_of_reach(page: Page) -> list[str]:
    """Press Tab through the page; return what it never came to, and where focus did not show."""
    things = page.evaluate(MARK)
    visited: set[int] = set()
    faults = []
    for _ in range(len(things) + 3):
        page.keyboard.press("Tab")
        place, shown = page.evaluate(WHERE)
        if place is None:
            continue
        visited.add(int(place))
        if not shown:
            faults.append(f"{page.url}: no focus to be seen on {things[int(place)]}")
    missed = [thing for place, thing in enumerate(things) if place not in visited]
    return [*faults, *(f"{page.url}: no key reaches {thing}" for thing in missed)]


def walked(chromium: Browser, site: str, member: Member, look: Look, names: list[str]) -> list[str]:
    context = look.context(chromium, site)
    page = context.new_page()
    found: list[str] = []
    for name in sorted(names, key=lambda name: name in MEMBER_PAGES):
        if name in MEMBER_PAGES:
            log_in(context, member.user, site)
        open_page(page, site, name, look)
        found += out_of_reach(page)
    context.close()
    return found


@pytest.mark.parametrize("place", range(len(LOOKS)))
def test_every_page_works_by_keyboard_in_one_look(chromium, live_server, household, place):
    names = list(PAGES)[place :: len(LOOKS)]

    assert walked(chromium, live_server.url, household, LOOKS[place], names) == []


@pytest.mark.drill
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_works_by_keyboard_in_either_look(chromium, live_server, household, look):
    assert walked(chromium, live_server.url, household, look, list(PAGES)) == []


def test_the_first_key_offers_to_skip_to_the_content(chromium, live_server, household):
    context = LOOKS[0].context(chromium, live_server.url)
    log_in(context, household.user, live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/my/points/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"
    context.close()
