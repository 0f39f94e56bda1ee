"""The fields of requests: nothing is guessed, nothing is rounded, nothing slips through."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.core.exceptions import ValidationError as DjangoFault
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

MONEY = r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$"
MOMENT = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)$"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
KEY = r"^[\x21-\x7e]{1,64}$"


class Strict(BaseModel):
    """A body in which every field is known and has the type it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


def can_be_kept(text: str) -> bool:
    """Tell whether a text has no control character and no half of a pair."""
    return not any(
        ord(sign) < 32 or 127 <= ord(sign) < 160 or 0xD800 <= ord(sign) < 0xE000 for sign in text
    )


def _no_control(text: str) -> str:
    if not can_be_kept(text):
        raise ValueError("must have no control characters")
    return text.strip()


def _money(value: object) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(MONEY, value):
        raise ValueError('must be an amount between quotes with a point, such as "12.50"')
    return Decimal(value)


def _mail(text: str) -> str:
    try:
        validate_email(text)
    except DjangoFault:
        raise ValueError("must be an e-mail address") from None
    return text


def _above_nothing(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError("must be above 0")
    return amount


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(MOMENT, value):
        raise ValueError("must be a moment with its zone, such as 2026-03-01T14:30:00+01:00")
    try:
        moment = datetime.fromisoformat(value.upper().replace(",", ".")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no moment that ever was or will be") from None
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must lie between 1990 and 2200")
    return moment


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(DAY, value):
        raise ValueError("must be a day, such as 2026-03-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is no day that ever was or will be") from None


Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    WithJsonSchema({"type": "string", "pattern": MONEY, "examples": ["12.50"]}),
]
"""Euros with at most two decimals, as a string; never a number, which would be a float."""
AboveNothing = Annotated[Money, AfterValidator(_above_nothing)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-03-01T14:30:00+01:00"]}
    ),
]
"""ISO 8601 with its zone, from 1990 to 2200."""
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day as it is written; never a moment, nor the seconds since some other day."""
Name = Annotated[str, Field(max_length=64), AfterValidator(_no_control)]
"""The shop's own name for a store, a till, a cashier or a channel."""
Words = Annotated[str, Field(max_length=80), AfterValidator(_no_control)]
Wording = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_no_control)]
"""What somebody was asked, word for word."""
Identifier = Annotated[
    str,
    Field(
        min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f-\xa0](.*[^\x00-\x20\x7f-\xa0])?$"
    ),
    AfterValidator(_no_control),
]
"""A number of the shop's own, such as a receipt's; spaces around it are an error, not trimmed."""


MailAddress = Annotated[
    str,
    Field(max_length=254),
    AfterValidator(_mail),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Language = Literal["nl", "en"]


def written(amount: Decimal) -> str:
    """Write money as every answer has it: two decimals, a point."""
    return f"{amount:.2f}"


def instant(moment: datetime) -> str:
    """Write a moment as every answer has it: in UTC, to the microsecond where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
