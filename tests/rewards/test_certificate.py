"""The certificate: its codes are read by a scanner, its words by anybody, also in gray."""

from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from django.utils.translation import override

from members.colors import contrast
from members.models import Branding
from rewards.barcodes import bars, qr
from rewards.certificate import PAPERS, Certificate, drawn
from rewards.codes import new_code, shown
from rewards.reports.certificates import certificate_of
from tests import make
from tests.rewards.issued import gift_card, reward, voucher

CODE = "7K3QX9M2ABW4T5Z"
PLAIN = Certificate(
    program="Marktzicht",
    color="#054a2b",
    logo=b"",
    kind="Cadeaukaart",
    figure="€ 25",
    title="Cadeaukaart van € 25",
    until="Geldig tot en met 22 november 2027",
    rules="In één keer of in delen te besteden, tot hij leeg is.",
    code=CODE,
    cut_here="Knip langs de lijn.",
    language="nl",
)


def sheet(certificate, paper="a4"):
    return pypdfium2.PdfDocument(drawn(certificate, PAPERS[paper]))[0]


def words(certificate, paper="a4") -> str:
    return " ".join(sheet(certificate, paper).get_textpage().get_text_range().split())


def scanned(picture) -> set[tuple[str, str]]:
    return {(one.text, one.format.name) for one in zxingcpp.read_barcodes(picture.convert("L"))}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("scale", [2, 4])
def test_a_scanner_reads_both_codes_off_paper_also_in_black_and_white(paper, scale):
    picture = sheet(PLAIN, paper).render(scale=scale).to_pil()

    assert scanned(picture) == {(CODE, "QRCode"), (CODE, "Code128")}
    assert scanned(picture.convert("L").point(lambda gray: 255 if gray > 128 else 0)) == {
        (CODE, "QRCode"),
        (CODE, "Code128"),
    }


def test_any_code_is_drawn_so_that_it_is_read():
    codes = ["0" * 15, "Z" * 15, *(new_code() for _ in range(3))]

    read = [
        scanned(sheet(replace(PLAIN, code=code), "a6").render(scale=4).to_pil()) for code in codes
    ]

    assert read == [{(code, "QRCode"), (code, "Code128")} for code in codes]


def test_quiet_zones_stay_white():
    stripes, square = bars(CODE), qr(CODE)

    assert min(x for x, _y, _w, _h in stripes.dark) == 10
    assert max(x + w for x, _y, w, _h in stripes.dark) == stripes.width - 10
    assert max(y + h for _x, y, _w, h in square.dark) == square.height - 2


def test_everything_stands_on_it_in_letters_that_can_be_found():
    found = words(PLAIN)

    for part in ("Marktzicht", "CADEAUKAART", "€ 25", "22 november 2027", "één", shown(CODE)):
        assert part in found, part
    assert "Knip langs de lijn." in found
    assert "Knip langs de lijn." not in words(PLAIN, "a6")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Café Łódź", "Café Łódz"),
        ("Škoda & Žužana", "Škoda & Žužana"),
        ("Őrség", "Orség"),
        ("漢字", "??"),
    ],
)
def test_names_from_all_over_europe_are_written_as_far_as_letters_go(name, written):
    assert written in words(replace(PLAIN, program=name))


@pytest.mark.parametrize("paper", PAPERS)
def test_long_words_stay_on_one_page_and_within_it(paper):
    long = replace(
        PLAIN,
        program="W" * 40,
        title="Proeverij " * 20,
        rules="Alleen op afspraak. " * 40,
        figure="",
    )

    page = sheet(long, paper)

    text = page.get_textpage()
    width, height = page.get_size()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    assert min(box[0] for box in boxes) > 0
    assert max(box[2] for box in boxes) < width
    assert 0 < min(box[1] for box in boxes) < max(box[3] for box in boxes) < height
    assert scanned(page.render(scale=4).to_pil()) == {(CODE, "QRCode"), (CODE, "Code128")}


def test_the_same_words_make_the_same_paper():
    assert drawn(PLAIN, PAPERS["a4"]) == drawn(PLAIN, PAPERS["a4"])


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "title"), [("nl", "Acht euro"), ("en", "Eight euros")])
def test_it_is_in_the_members_language_and_the_programs_look(now, language, title):
    make.published_program()
    Branding.objects.create(name="Kruidenier", color="#ffee00")
    what = reward(name_nl="Acht euro", name_en="Eight euros", rules_en="By appointment")
    mine = voucher(make.member(), reward=what)

    with override(language):
        made = certificate_of(mine, CODE, now)

    assert (made.program, made.title, made.language) == ("Kruidenier", title, language)
    assert contrast(made.color, "#ffffff") > 4
    assert (language == "en") == made.rules.startswith("By appointment. ")


@pytest.mark.django_db
def test_of_a_gift_card_it_says_what_is_left(now):
    make.published_program()
    card = gift_card(make.member(), "25.00")
    card.captured = 5

    with override("en"):
        assert certificate_of(card, CODE, now).figure == "€20"
