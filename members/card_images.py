"""A card number as a scanner reads it: pictures made on the spot, no database."""

from io import BytesIO

import segno
from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing


def barcode(number: str) -> str:
    """Draw a card number as EAN-13, in SVG."""
    drawing = createBarcodeDrawing(
        "EAN13", value=number[:12], barHeight=58, barWidth=1.4, humanReadable=False, quiet=True
    )
    drawn: str = renderSVG.drawToString(drawing)
    return drawn


def qr(digits: str) -> str:
    """Draw up to 34 digits as the smallest QR code, version 1 and level M, in SVG."""
    out = BytesIO()
    made = segno.make_qr(digits, version=1, error="m", boost_error=False)
    made.save(
        out,
        kind="svg",
        omitsize=True,
        border=1,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
    )
    return out.getvalue().decode()


def spaced(number: str) -> str:
    """Write a card number in groups that a person can read aloud."""
    return f"{number[0]} {number[1:7]} {number[7:]}"
