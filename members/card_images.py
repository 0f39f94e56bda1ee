"""A card number as a scanner reads it: pictures made on the spot, no database."""

from io import BytesIO

import segno
from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing


def barcode(number: str) -> str:
    """Draw a card number as EAN-13, in SVG."""
    drawing = createBarcodeDrawing(
        "EAN13", value=number[:12], barHeight=72, barWidth=1.4, humanReadable=False, quiet=True
    )
    drawn: str = renderSVG.drawToString(drawing)
    return drawn


def qr(number: str) -> str:
    """Draw a card number as a QR code, in SVG."""
    out = BytesIO()
    segno.make_qr(number, error="m").save(
        out, kind="svg", scale=8, border=2, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue().decode()


def spaced(number: str) -> str:
    """Write a card number in groups that a person can read aloud."""
    return f"{number[0]} {number[1:7]} {number[7:]}"
