"""A business's name, colors, logo and contact on the portal's pages and mails."""

from io import BytesIO

import pytest
from django.core import mail
from PIL import Image

from members.actions.branding import branding_version, change_branding
from members.branding_cache import current_branding, forget_branding, look_of
from members.logo import clean_logo
from members.models import Branding
from tests import make

WINE = {"color": "#7a1f2b", "accent": "#a3222f"}
CONTACT = {
    "contact_email": "vraag@markt.example",
    "contact_phone": "020 123",
    "contact_address": "Marktplein 1",
    "website": "https://www.markt.example",
}


def branded(*, logo=None, **wanted):
    change_branding(
        wanted=wanted,
        logo=logo,
        shown=branding_version(),
        staff_id=make.staff().pk,
        now=make.NOW,
    )
    # The transaction of a test never commits, so nobody is told.
    forget_branding()
    return current_branding()


def png(color):
    out = BytesIO()
    Image.new("RGB", (40, 40), color).save(out, "PNG")
    out.seek(0)
    return clean_logo(out, 100)


def text(response):
    return " ".join(response.content.decode().split())


def test_without_branding_the_program_names_itself_and_the_clover_stands(visitor, program):
    page = text(visitor.get("/"))

    assert "Marktzicht" in page
    assert "brand.css" not in page
    assert "icons.svg#clover" in page


def test_the_name_the_line_and_the_contact_stand_on_the_first_page(visitor, program):
    branded(name="De Buurt", tagline_en="Saving around the corner.", **CONTACT)

    page = text(visitor.get("/"))

    assert "<title> The program · De Buurt </title>" in page
    assert "Saving around the corner." in page
    assert 'href="tel:020123"' in page
    assert 'href="mailto:vraag@markt.example"' in page
    assert ">markt.example</a>" in page
    assert "Marktplein 1" in page


def test_a_member_is_greeted_in_the_tone_of_the_house(door, member):
    branded(tone="warm")

    assert f"Hi {member.first_name}, you can spend" in text(door.get("/my/"))


def test_the_colors_are_served_for_good_at_the_address_that_pages_link(visitor, program):
    look = look_of(branded(**WINE))

    page = text(visitor.get("/"))
    css = visitor.get(f"/brand.css?v={look.digest}")

    assert f'href="/brand.css?v={look.digest}"' in page
    assert page.index("tokens.css") < page.index("brand.css")
    assert '<meta name="theme-color" content="#7a1f2b">' in page
    assert css.headers["Content-Type"] == "text/css; charset=utf-8"
    assert css.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--hero:#7a1f2b;" in css.content.decode()


@pytest.mark.parametrize("asked", ["", "0123456789abcdef", "<script>"])
def test_at_any_other_address_the_colors_are_kept_for_a_minute(visitor, asked):
    branded(**WINE)

    css = visitor.get("/brand.css", {"v": asked})

    assert css.headers["Cache-Control"] == "public, max-age=60"
    assert "--hero:#7a1f2b;" in css.content.decode()


def test_a_process_that_still_keeps_old_colors_serves_no_wrong_ones_for_good(visitor):
    stale = current_branding()
    Branding.objects.create(pk=1, **WINE)
    assert current_branding() is stale
    digest = look_of(Branding.current()).digest

    css = visitor.get(f"/brand.css?v={digest}")

    assert "immutable" in css.headers["Cache-Control"]
    assert "--hero:#7a1f2b;" in css.content.decode()


def test_the_logo_is_served_for_good_and_stands_in_the_head(visitor, program):
    digest = branded(logo=png("#7a1f2b")).logo_digest

    page = text(visitor.get("/"))
    served = visitor.get(f"/brand/logo-{digest}.png")

    assert page.count(f"/brand/logo-{digest}.png") == 2
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in served.headers["Cache-Control"]
    assert Image.open(BytesIO(served.content)).size == (40, 40)


def test_the_address_of_an_earlier_logo_leads_to_todays_or_to_the_clover(visitor):
    first = branded(logo=png("#7a1f2b")).logo_digest
    second = branded(logo=png("#1f2b7a")).logo_digest
    assert visitor.get(f"/brand/logo-{first}.png").url == f"/brand/logo-{second}.png"

    branded(logo=b"")

    assert visitor.get(f"/brand/logo-{second}.png").url == "/static/portal/clover.svg"


def test_the_address_of_an_earlier_icon_leads_to_todays(visitor):
    before = look_of(current_branding()).icon_digest
    after = look_of(branded(**WINE)).icon_digest

    assert visitor.get(f"/brand/icon-192-{before}.png").url == f"/brand/icon-192-{after}.png"
    assert visitor.get(f"/brand/icon-192-{after}.png").status_code == 200
    assert visitor.get(f"/brand/icon-191-{after}.png").status_code == 404


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/offline/", "/nowhere/"])
def test_every_page_wears_the_colors(visitor, program, address):
    digest = look_of(branded(name="De Buurt", **WINE)).digest

    page = text(visitor.get(address))

    assert f"/brand.css?v={digest}" in page
    assert "De Buurt" in page


def test_a_mail_is_signed_by_the_business(visitor, program):
    member = make.member_with_login(language="en")
    branded(name="De Buurt", **CONTACT)

    visitor.post("/accounts/login/", {"login": member.email})

    body = mail.outbox[-1].body
    assert "De Buurt\nMarktplein 1\nvraag@markt.example\n020 123\nhttps://www.markt.example" in body


@pytest.mark.parametrize(("address", "queries"), [("/brand.css", 0), ("/manifest.webmanifest", 0)])
def test_what_every_page_asks_for_costs_no_query(
    visitor, address, queries, django_assert_num_queries
):
    branded(name="De Buurt", **WINE)
    digest = look_of(current_branding()).digest
    visitor.get("/brand.css")

    with django_assert_num_queries(queries):
        visitor.get(address, {"v": digest})
