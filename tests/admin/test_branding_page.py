"""The branding's page in the back office: one form, each refusal beside its field."""

import struct
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from members.actions.branding import branding_version
from members.models import Branding, StaffAct
from tests import make
from tests.admin.conftest import at_desk, with_factor

PAGE = "/admin/members/branding/"
FIELDS = {
    "name": "Marktzicht",
    "tagline_nl": "Sparen bij de buurt.",
    "tagline_en": "Saving around the corner.",
    "tone": "warm",
    "color": "#7A1F2B",
    "accent": "#a3222f",
    "contact_email": "vraag@marktzicht.example",
    "contact_phone": "020 123 45 67",
    "contact_address": "Marktplein 1, 1234 AB Dorp",
    "website": "https://marktzicht.example",
}


def posted(desk, **changes):
    return desk.post(PAGE, FIELDS | {"shown": branding_version()} | changes)


def errors(response):
    return response.context["form"].errors.get_json_data()


def png(size=(64, 64)):
    out = BytesIO()
    Image.new("RGB", size, "#7a1f2b").save(out, "PNG")
    return out.getvalue()


def upload(content, name="logo.png"):
    return SimpleUploadedFile(name, content, content_type="image/png")


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_the_page_is_the_form_and_has_no_list(desk):
    page = desk.get(PAGE).content.decode()

    assert 'name="accent"' in page
    assert 'enctype="multipart/form-data"' in page
    assert desk.get(f"{PAGE}1/change/").url == PAGE
    assert desk.get(f"{PAGE}add/").status_code == 403


def test_what_is_saved_stands_with_a_trace(desk, boss):
    response = posted(desk, new_logo=upload(png()))

    branding = Branding.current()
    assert response.url == PAGE
    assert (branding.name, branding.color, branding.tone) == ("Marktzicht", "#7a1f2b", "warm")
    assert branding.contact_address == FIELDS["contact_address"]
    assert len(branding.logo_digest) == 16
    assert StaffAct.objects.get().staff == boss


def test_the_logo_as_it_is_now_stands_beside_the_field_for_a_new_one(desk):
    assert "brand-logo" not in desk.get(PAGE).content.decode()
    posted(desk, new_logo=upload(png()))

    page = desk.get(PAGE).content.decode()

    assert f"/brand/logo-{Branding.current().logo_digest}.png" in page
    assert 'name="remove_logo"' in page


def test_saving_again_keeps_the_logo_and_a_tick_removes_it(desk):
    posted(desk, new_logo=upload(png()))
    posted(desk, name="Anders")
    assert Branding.current().logo_digest

    posted(desk, remove_logo="on")

    assert Branding.current().logo_digest == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo_is_no_picture"),
        (b"no picture", "logo_is_no_picture"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 60_000, 60_000) + b"\x08\2\0\0\0" + b"\0" * 8,
         "logo_is_no_picture"),
        (b"x" * (50 * 1024 * 1024), "logo_too_big"),
    ],
    ids=["svg with script", "no picture", "empty", "broken bomb", "50 MB"],
)  # fmt: skip
def test_a_logo_that_is_none_is_refused_beside_its_field(desk, content, code):
    response = posted(desk, new_logo=upload(content))

    assert response.status_code == 200
    assert list(errors(response)) == ["new_logo"]
    assert errors(response)["new_logo"][0]["code"] == code
    assert not Branding.objects.exists()


def test_a_logo_beside_another_mistake_is_asked_for_again(desk):
    response = posted(desk, color="nothing", new_logo=upload(png()))

    assert set(errors(response)) == {"color", "new_logo"}


@pytest.mark.parametrize("field", ["color", "accent"])
def test_a_color_that_carries_no_text_is_refused_with_the_nearest_that_does(desk, field):
    response = posted(desk, **{field: "#ffe600"})

    message = errors(response)[field][0]["message"]
    nearest = message.split()[-1].rstrip(".")
    assert "#ffe600" in message
    assert f'data-color-value="{nearest}"' in response.content.decode()
    assert posted(desk, **{field: nearest}).url == PAGE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("color", "green"),
        ("color", "#12345"),
        ("color", "#1234567"),
        ("color", "#12345g"),
        ("color", "#054a2b\n"),
        ("color", "</style><script>"),
        ("accent", ""),
        ("tone", "rude"),
        ("name", "n" * 200),
        ("contact_email", "nobody"),
        ("website", "javascript:alert(1)"),
        ("contact_phone", "0" * 200),
        ("name", "nul\x00byte"),
    ],
)
def test_bad_input_is_answered_beside_its_field(desk, field, value):
    response = posted(desk, **{field: value})

    if response.status_code == 302:
        assert value.strip() == getattr(Branding.current(), field)
    else:
        assert list(errors(response)) == [field]
        assert not Branding.objects.exists()


def test_script_and_emoji_in_words_are_shown_as_words(desk, client):
    posted(desk, name="<b>Markt</b> 🍀", contact_address="<script>alert(1)</script>")

    page = client.get("/").content.decode()

    assert "&lt;b&gt;Markt&lt;/b&gt; 🍀" in page
    assert "<script>alert(1)" not in page


def test_a_colleagues_change_is_told_taken_in_and_not_overwritten(desk):
    opened = branding_version()
    colleague = with_factor(make.staff(name="Piet Staf"))
    colleague.is_superuser = True
    colleague.save()
    posted(at_desk(colleague), name="", tone="plain", color="#054a2b", accent="#076335", tagline_nl="", tagline_en="", contact_email="", contact_phone="", contact_address="Nieuwe straat 2", website="")  # fmt: skip

    # What was on the screen before Piet saved, with one field of ours changed.
    mine = dict.fromkeys(FIELDS, "") | {"tone": "plain", "color": "#054a2b", "accent": "#076335"}
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    response = desk.post(PAGE, mine | {"name": "Marktzicht", "shown": opened})

    page = response.content.decode()
    assert "Piet Staf saved this page after you opened it" in page
    assert Branding.current().name == ""
    form = response.context["form"]
    assert form["contact_address"].value() == "Nieuwe straat 2"
    assert form["name"].value() == "Marktzicht"
    again = {name: form[name].value() for name in FIELDS} | {"shown": form["shown"].value()}
    assert desk.post(PAGE, again).url == PAGE
    assert Branding.current().contact_address == "Nieuwe straat 2"


@pytest.mark.parametrize("shown", ["", "abc", "-1", "99999999999999999999"])
def test_a_form_that_does_not_say_what_it_showed_saves_nothing_by_surprise(desk, shown):
    posted(desk)

    response = posted(desk, name="Anders", shown=shown)

    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert Branding.current().name == "Marktzicht"


def test_who_may_only_look_sees_a_form_that_cannot_be_sent(desk_of):
    looker = desk_of("members.view_branding")

    page = looker.get(PAGE).content.decode()

    assert "disabled" in page
    assert 'type="submit"' not in page.split("brand-page")[1].split("</form>")[0]
    assert posted(looker).status_code == 403
    assert not Branding.objects.exists()


@pytest.mark.parametrize("address", ["", "preview/", "preview-light.svg", "preview-dark.svg"])
def test_who_may_not_see_it_does_not(desk_of, address):
    assert desk_of("members.view_card").get(PAGE + address).status_code == 403


def test_the_preview_shows_the_colors_that_are_asked_for(desk):
    asked = {"color": "#7a1f2b", "accent": "#a3222f", "name": "<Markt>", "tone": "warm"}

    light = desk.get(f"{PAGE}preview-light.svg", asked)
    dark = desk.get(f"{PAGE}preview-dark.svg", asked)

    assert light.headers["Content-Type"] == "image/svg+xml"
    assert b"#7a1f2b" in light.content
    assert b"#7a1f2b" not in dark.content
    assert b"&lt;Markt&gt;" in light.content


@pytest.mark.parametrize("color", ["", "#12", '"><script>', "#ffe600"])
def test_the_preview_draws_something_for_whatever_is_typed(desk, color):
    page = desk.get(f"{PAGE}preview/", {"color": color, "accent": color})
    picture = desk.get(f"{PAGE}preview-light.svg", {"color": color, "accent": color})

    assert (page.status_code, picture.status_code) == (200, 200)
    assert b"<script" not in page.content + picture.content


def test_the_page_costs_few_queries(desk, django_assert_max_num_queries):
    posted(desk, new_logo=upload(png()))
    desk.get(PAGE)

    with django_assert_max_num_queries(12):
        desk.get(PAGE)
