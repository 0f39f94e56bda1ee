"""Pictures of a business: its logo made anew from what was uploaded, and icons; no database."""

from io import BytesIO
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from members.refusals import Refusal

MOST_BYTES = 1024 * 1024
MOST_PIXELS = 16_000_000
"""More than a good camera's picture needs as a logo; each takes four bytes once opened."""
SIDE = 512
FORMATS = ("PNG", "JPEG", "WEBP")
CLOVER = Path(__file__).with_name("clover.png")
"""The clover in white on black: where a launcher's icon shows it, and where its ground."""
SHARE_OF_ICON = 0.6
"""A launcher may cut an icon to a circle of four fifths of its side; this stays inside."""


class LogoTooBig(Refusal):
    code = "logo_too_big"


class LogoTooWide(Refusal):
    code = "logo_too_wide"


class LogoIsNoPicture(Refusal):
    code = "logo_is_no_picture"


def clean_logo(file: IO[bytes], size: int) -> bytes:
    """
    Return a PNG of at most 512 pixels a side, with nothing in it but its pixels.

    `size` is the number of bytes in the file; one that is too big is not read. Refuses
    what is no PNG, JPEG or WebP, and a picture that would fill the memory once opened.
    """
    if size > MOST_BYTES:
        raise LogoTooBig(
            _(
                "This file is %(size)s MB; a logo may be 1 MB at most. Save it smaller and try again."
            )
            % {"size": f"{max(size / MOST_BYTES, 1.1):.1f}"}
        )
    try:
        return _made_anew(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise LogoTooWide(
            _("This picture has too many pixels; 4000 by 4000 is the most. Save it smaller.")
        ) from fault
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise LogoIsNoPicture(
            _("This is no picture that we can read. Choose a PNG, JPEG or WebP file.")
        ) from fault


def icon(side: int, ground: str, logo: bytes) -> bytes:
    """Draw a launcher's icon: the logo on white, or the clover on the business's main color."""
    part = round(side * SHARE_OF_ICON)
    if logo:
        made = Image.new("RGB", (side, side), "#ffffff")
        with Image.open(BytesIO(logo)) as shown:
            fitted = ImageOps.contain(shown.convert("RGBA"), (part, part))
        made.paste(fitted, _centered(made, fitted), fitted)
    else:
        made = Image.new("RGB", (side, side), ground)
        with Image.open(CLOVER) as shown:
            mask = shown.convert("L").resize((part, part), Image.Resampling.LANCZOS)
        made.paste(Image.new("RGB", mask.size, "#ffffff"), _centered(made, mask), mask)
    return _png(made)


def _made_anew(file: IO[bytes]) -> bytes:
    with Image.open(file, formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    plain = Image.new("RGBA", upright.size)
    plain.paste(upright)
    return _png(plain)


def _centered(made: Image.Image, part: Image.Image) -> tuple[int, int]:
    return ((made.width - part.width) // 2, (made.height - part.height) // 2)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
