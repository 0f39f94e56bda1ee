"""The one shape of every error: a stable code, a sentence, and what a program can use of it."""

from collections.abc import Mapping
from typing import Any

from ninja import Schema
from pydantic import Field

Details = Mapping[str, Any]


class ErrorBody(Schema):
    """Why a request was not carried out; nothing of it was kept."""

    code: str = Field(description="A stable name of what is wrong.", examples=["unknown_member"])
    message: str = Field(
        description="A sentence for people, in Dutch or English as `Accept-Language` asks.",
        examples=["There is no member with this number."],
    )
    details: dict[str, Any] = Field(
        description="What a program can use of it, such as the fields that are wrong."
    )


class ApiError(Exception):
    """An answer other than the one hoped for; `headers` go along with it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: object,
        details: Details | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = str(message)
        self.details = dict(details or {})
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "details": self.details}
