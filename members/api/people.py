"""`/members`: enrolled at the till, looked up by number."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from members.actions.enrollment import enroll_member
from members.api.auth import Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.fields import Language, MailAddress, Strict, Words
from members.api.once import IDEMPOTENCY_KEY, idempotency_key, once
from members.models import Card, Member, Scope
from members.refusals import Refusal

router = Router(tags=["Members"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorBody)
ENROLL = "POST /members"


class EnrollBody(Strict):
    """Who wants to take part; an address is enough, and so is nothing but a card."""

    email: MailAddress | None = Field(
        None, description="Who logs in with this address claims the membership."
    )
    name: Words = ""
    language: Language = "nl"


class EnrollAnswer(Schema):
    """The new member, by the number of the card to hand out or to mail."""

    member: str = Field(description="The number of the card.", examples=["2000000000015"])


@router.post(
    "",
    auth=Key(Scope.WRITE_MEMBERS),
    response={201: EnrollAnswer, **WRONG},
    summary="Enroll a member at the till",
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def enroll(
    request: HttpRequest,
    body: EnrollBody,
) -> HttpResponse:
    """
    Takes somebody into the program and answers the number of their card.

    They earn from this moment on. With an address they claim the membership by logging in
    with it. The Idempotency-Key is required: an enrollment has no number of its own yet.
    """
    caller = caller_of(request)

    def do() -> tuple[int, EnrollAnswer]:
        member = enroll_member(
            through=Member.Through.TILL,
            now=timezone.now(),
            name=body.name,
            email=body.email,
            language=body.language,
        )
        return 201, EnrollAnswer(member=Card.objects.get(member=member).number)

    try:
        return once(caller=caller, route=ENROLL, key=idempotency_key(request), body=body, do=do)
    except Refusal as refusal:
        raise ApiError(409, refusal.code, refusal, refusal.details) from None
