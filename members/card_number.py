"""Card numbers: 13-digit EAN-13 in the in-store range 20-29, checked without a database."""

import re
import secrets

CARD_NUMBER = re.compile(r"2[0-9]{12}")


def check_digit(first_twelve: str) -> int:
    """Return the EAN-13 check digit of twelve digits (GS1 General Specifications, 7.9)."""
    odd = sum(int(digit) for digit in first_twelve[::2])
    even = sum(int(digit) for digit in first_twelve[1::2])
    return -(odd + 3 * even) % 10


def is_card_number(text: str) -> bool:
    """Tell whether any till's scanner would read this as one of our cards."""
    return bool(CARD_NUMBER.fullmatch(text)) and int(text[12]) == check_digit(text[:12])


def new_card_number() -> str:
    """Draw a card number nobody can guess from another; uniqueness is the database's to say."""
    body = f"2{secrets.randbelow(10**11):011d}"
    return f"{body}{check_digit(body)}"
