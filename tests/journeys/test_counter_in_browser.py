"""The counter by keyboard and scanner alone, as on a busy Saturday."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from members.models import Card, Look, Member
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def people(transactional_db):
    make.published_program()
    found = {}
    for name in ("Anna Visser", "Anton Visser", "Sanne de Vries"):
        member = make.member(name=name, birthday=date(1980, 3, 12))
        Member.objects.filter(pk=member.pk).update(postal_code="1234 AB")
        found[name] = member
    return found


@pytest.fixture
def counter(chromium, live_server, people):
    may = ("members.look_up_member", "members.add_member", "members.change_card")
    colleague = with_factor(make.staff_with(*may, language="en"))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    session = at_desk(colleague).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    yield page
    context.close()


def test_a_day_at_the_counter_needs_no_mouse(counter, people, live_server):
    box = counter.locator("#counter-line")
    at = f"{live_server.url}/admin/counter/"

    # The scanner types into whatever page is open.
    expect(box).to_be_focused()
    counter.keyboard.type(Card.objects.get(member=people["Sanne de Vries"]).number)
    counter.keyboard.press("Enter")
    expect(counter).to_have_url(f"{at}{people['Sanne de Vries'].pk}/")
    counter.locator("h2#who").click()
    counter.keyboard.type(Card.objects.get(member=people["Anna Visser"]).number)
    counter.keyboard.press("Enter")
    expect(counter.locator("h2#who")).to_have_text("Anna Visser")

    # The next customer has no card.
    counter.keyboard.press("Escape")
    expect(counter).to_have_url(at)
    expect(box).to_be_focused()
    counter.keyboard.type("visser 1234")
    counter.keyboard.press("Enter")
    choices = counter.locator("[data-counter-choice]")
    expect(choices).to_have_count(2)
    expect(choices.nth(0)).to_be_focused()
    counter.keyboard.press("ArrowDown")
    expect(choices.nth(1)).to_be_focused()
    counter.keyboard.press("Enter")
    expect(counter.locator("h2#who")).to_have_text("Anton Visser")

    assert Look.objects.count() == 3


def test_what_finds_nobody_is_typed_anew_and_escape_clears(counter):
    box = counter.locator("#counter-line")

    counter.keyboard.type("Visser")
    counter.keyboard.press("Enter")
    expect(counter.locator(".counter-nobody h2")).to_have_text("A name alone is not enough")
    expect(box).to_be_focused()
    counter.keyboard.type("vries 12-3-1980")
    expect(box).to_have_value("vries 12-3-1980")
    counter.keyboard.press("Escape")

    expect(box).to_have_value("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [768, 1280])
def test_the_counters_own_parts_can_be_read_by_everybody(counter, people, scheme, width):
    counter.emulate_media(color_scheme=scheme)
    counter.set_viewport_size({"width": width, "height": 800})
    counter.keyboard.type("visser 1234")
    counter.keyboard.press("Enter")
    expect(counter.locator("[data-counter-choice]")).to_have_count(2)
    found = Axe().run(counter, context={"include": [[".counter"]]})
    assert found.violations_count == 0, found.generate_report()

    counter.keyboard.press("Enter")
    expect(counter.locator("h2#who")).to_have_text("Anna Visser")
    found = Axe().run(counter, context={"include": [[".counter"]]})
    assert found.violations_count == 0, found.generate_report()
