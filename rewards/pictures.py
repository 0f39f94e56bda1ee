"""Pictures of rewards, made anew from what was uploaded; no database."""

from io import BytesIO
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from members.logo import FORMATS, MOST_PIXELS
from members.refusals import Refusal

MOST_BYTES = 8 * 1024 * 1024
SIZE = (960, 640)
QUALITY = 82


class PictureTooBig(Refusal):
    code = "picture_too_big"


class PictureTooWide(Refusal):
    code = "picture_too_wide"


class NoPicture(Refusal):
    code = "no_picture"


def clean_picture(file: IO[bytes], size: int) -> bytes:
    """
    Return a WebP of 960 by 640 pixels, cut to that shape, with nothing in it but its pixels.

    `size` is the number of bytes in the file; one that is too big is not read. Refuses what is
    no PNG, JPEG or WebP, and a picture that would fill the memory once opened.
    """
    if size > MOST_BYTES:
        raise PictureTooBig(_("This file is over 8 MB. Save it smaller and try again."))
    try:
        return _made_anew(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise PictureTooWide(
            _("This picture has too many pixels; 4000 by 4000 is the most. Save it smaller.")
        ) from fault
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise NoPicture(
            _("This is no picture that we can read. Choose a PNG, JPEG or WebP file.")
        ) from fault


def _made_anew(file: IO[bytes]) -> bytes:
    with Image.open(file, formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGBA", upright.size, "#ffffff")
    ground.alpha_composite(upright)
    fitted = ImageOps.fit(ground.convert("RGB"), SIZE, Image.Resampling.LANCZOS)
    out = BytesIO()
    fitted.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
