"""A voucher at the counter, by scanner and keyboard alone; and one on paper, as it is printed."""

from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from members.actions.proof import proof_key
from members.card_proof import code, step_at
from members.models import Card
from rewards.actions.issuing import code_of
from rewards.codes import shown
from rewards.models import Capture, Redemption
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.journeys.conftest import log_in
from tests.rewards.issued import gift_card, reward, voucher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def anna(transactional_db):
    make.published_program()
    return make.member_with_login(name="Anna Visser", language="en")


@pytest.fixture
def counter(chromium, live_server, anna):
    may = ("members.look_up_member", "rewards.look_up_voucher")
    colleague = with_factor(make.staff_with(*may, language="en"))
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    session = at_desk(colleague).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/counter/")
    page.wait_for_load_state("load")
    yield page
    context.close()


def scan(page, text):
    """Type as a scanner does: all of it, then Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def found(page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in violations
        for node in one["nodes"]
        if ".counter" in str(node["target"]) or "counter-" in node["html"]
    ]


def test_a_gift_card_is_scanned_used_and_undone_without_a_mouse(counter, anna):
    card = gift_card(anna, "25.00", now=timezone.now())

    scan(counter, shown(code_of(voucher=card)))
    expect(counter.locator("#what")).to_have_text("Gift card of €25")
    assert found(counter) == []
    expect(counter.locator("[name=total]")).to_be_focused()
    scan(counter, "17.40")
    expect(counter.get_by_role("button", name="Take €17.40 off")).to_be_focused()
    assert found(counter) == []
    assert not Capture.objects.exists()
    counter.keyboard.press("Enter")
    expect(counter.locator(".counter-spend")).to_contain_text("€7.60")

    card.refresh_from_db()
    assert card.left == Decimal("7.60")
    assert code_of(voucher=card) not in counter.url
    counter.get_by_role("button", name="Undo").focus()
    counter.keyboard.press("Enter")
    expect(counter.get_by_text("undone", exact=True)).to_be_visible()
    card.refresh_from_db()
    assert card.left == Decimal("25.00")


def test_points_become_a_reward_with_the_code_of_the_card_and_go_off_the_order(counter, anna):
    now = timezone.now()
    make.give(anna, 900, now=now)
    reward(changed_at=now)
    number = Card.objects.get(member=anna).number

    scan(counter, number)
    counter.get_by_role("link", name="Redeem points").focus()
    counter.keyboard.press("Enter")
    expect(counter.locator("[name=choice]")).to_be_focused()
    counter.keyboard.press("Tab")
    scan(counter, number + code(proof_key(number=number), step_at(timezone.now())))
    expect(counter.locator("[name=total]")).to_be_focused()
    scan(counter, "30")
    expect(counter.get_by_role("button", name="Take €8.00 off")).to_be_focused()
    counter.keyboard.press("Enter")
    expect(counter.locator(".counter-spend")).to_contain_text("€22.00")

    assert Redemption.objects.get().member == anna
    assert Capture.objects.get().amount == Decimal("8.00")


def test_a_code_that_is_not_known_says_what_to_do(counter):
    scan(counter, "00000-00000-00000")

    expect(counter.get_by_role("heading", name="No voucher has this code")).to_be_visible()
    expect(counter.locator("#counter-line")).to_be_focused()


def test_a_member_prints_a_certificate_that_a_scanner_reads(chromium, live_server, anna):
    mine = voucher(anna, now=timezone.now())
    context = chromium.new_context(viewport={"width": 360, "height": 780})
    log_in(context, anna.user, live_server.url)
    english = {"name": "django_language", "value": "en", "url": live_server.url}
    context.add_cookies([english])
    page = context.new_page()
    page.goto(f"{live_server.url}/my/")
    page.get_by_role("link", name="1 voucher to use").click()
    page.locator(".ticket").click()

    address = page.get_by_role("link", name="Print on A4").get_attribute("href")
    paper = context.request.get(live_server.url + address)

    sheet = pypdfium2.PdfDocument(paper.body())[0]
    read = zxingcpp.read_barcodes(sheet.render(scale=3).to_pil().convert("L"))
    assert {one.text for one in read} == {code_of(voucher=mine)}
    assert {one.format.name for one in read} == {"QRCode", "Code128"}
    context.close()
