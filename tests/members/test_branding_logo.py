"""A logo is made anew from its pixels; what is none is refused in words."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from members.logo import LogoIsNoPicture, LogoTooBig, LogoTooWide, clean_logo, icon

SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind="PNG", size=(800, 400), color="#7a1f2b", mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def cleaned(content):
    return clean_logo(BytesIO(content), len(content))


def opened(png):
    return Image.open(BytesIO(png))


def png_that_claims(width, height):
    """A header of a picture that is not there: what a bomb looks like before it goes off."""

    def chunk(name, body):
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


class Untouched(BytesIO):
    def read(self, *_):
        raise AssertionError("was read")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_png_of_at_most_512_pixels(kind):
    made = opened(cleaned(picture(kind)))

    assert made.format == "PNG"
    assert made.size == (512, 256)


def test_a_small_picture_keeps_its_size_and_what_is_transparent():
    made = opened(cleaned(picture(size=(40, 20), mode="RGBA", color=(255, 0, 0, 0))))

    assert made.size == (40, 20)
    assert made.getpixel((1, 1))[3] == 0


def test_nothing_but_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "where the owner lives"
    content = picture("JPEG", exif=exif)
    assert b"where the owner lives" in content

    made = cleaned(content)

    assert b"where the owner lives" not in made
    assert opened(made).info == {}


def test_a_picture_on_its_side_is_stood_up():
    exif = Image.Exif()
    exif[0x0112] = 6

    made = opened(cleaned(picture("JPEG", size=(80, 40), exif=exif)))

    assert made.size == (40, 80)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture at all",
        SCRIPT,
        b"<html><script>alert(1)</script></html>",
        picture()[:200],
        picture("GIF"),
        picture("BMP"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 50,
    ],
)
def test_what_is_no_picture_of_ours_is_refused(content):
    with pytest.raises(LogoIsNoPicture):
        cleaned(content)


@pytest.mark.parametrize("size", [(4001, 4000), (12_000, 12_000), (65_000, 65_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_opened(size):
    with pytest.raises(LogoTooWide):
        cleaned(png_that_claims(*size))


def test_a_file_of_50_mb_is_not_even_read():
    with pytest.raises(LogoTooBig, match=r"50\.0 MB"):
        clean_logo(Untouched(), 50 * 1024 * 1024)


def test_the_biggest_file_may_have_a_megabyte_and_no_byte_more():
    with pytest.raises(LogoIsNoPicture):
        clean_logo(BytesIO(b"x"), 1024 * 1024)
    with pytest.raises(LogoTooBig):
        clean_logo(Untouched(), 1024 * 1024 + 1)


@pytest.mark.parametrize("side", [180, 192, 512])
def test_an_icon_shows_the_clover_on_the_main_color(side):
    made = opened(icon(side, "#7a1f2b", b"")).convert("RGB")

    assert made.size == (side, side)
    assert made.getpixel((2, 2)) == (0x7A, 0x1F, 0x2B)
    assert (255, 255, 255) in {pixel for _count, pixel in made.getcolors(100_000)}


def test_an_icon_shows_the_logo_on_white_inside_what_a_launcher_cuts():
    made = opened(icon(200, "#7a1f2b", cleaned(picture(size=(300, 300))))).convert("RGB")

    assert made.getpixel((20, 100)) == (255, 255, 255)
    assert made.getpixel((100, 100)) == (0x7A, 0x1F, 0x2B)
    assert made.getpixel((45, 100)) == (0x7A, 0x1F, 0x2B)
