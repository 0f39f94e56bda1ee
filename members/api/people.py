"""`/members`: enrolled at the till, looked up by number."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, ValidationInfo, field_validator

from members.actions.consent import answer_news
from members.actions.consent_requests import say_yes
from members.actions.enrollment import enroll_member
from members.api.auth import Caller, Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.fields import Language, MailAddress, Strict, Wording, Words
from members.api.once import IDEMPOTENCY_KEY, idempotency_key, once
from members.models import Card, Consent, Member, Scope
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
    news: bool | None = Field(
        None,
        description=(
            "What they answered when the till asked whether we may mail them news and offers; leave "
            "it out if nobody asked. A yes counts once they press the button in a letter that we "
            "send to `email`."
        ),
    )
    news_wording: Wording | None = Field(
        None,
        validate_default=True,
        description="The very words they were asked in; they stand in the letter and are kept.",
        examples=["Mogen wij u nieuws en aanbiedingen mailen?"],
    )

    @field_validator("news")
    @classmethod
    def _has_a_mailbox(cls, news: bool | None, told: ValidationInfo) -> bool | None:  # noqa: FBT001
        if news and told.data.get("email", "wrong") is None:
            raise ValueError("needs email, where a letter asks to confirm the yes")
        return news

    @field_validator("news_wording")
    @classmethod
    def _goes_with_an_answer(cls, wording: str | None, told: ValidationInfo) -> str | None:
        if told.data.get("news") is not None and wording is None:
            raise ValueError("must be the words they were asked in when they answered about news")
        return wording


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
    What they say about news is kept; a yes is asked once more by letter, and counts then.
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
        _keep_answer_about_news(member, body, caller)
        return 201, EnrollAnswer(member=Card.objects.get(member=member).number)

    try:
        return once(caller=caller, route=ENROLL, key=idempotency_key(request), body=body, do=do)
    except Refusal as refusal:
        raise ApiError(409, refusal.code, refusal, refusal.details) from None


def _keep_answer_about_news(member: Member, body: EnrollBody, caller: Caller) -> None:
    """Write a no down at once, and ask the mailbox about a yes."""
    if body.news is None or body.news_wording is None:
        return
    said_to = f"{caller.client.source.name}: {caller.client.name}"
    if body.news:
        say_yes(
            member_id=member.pk,
            wordings={Consent.Topic.NEWS: body.news_wording},
            language=body.language,
            how=Consent.How.TILL,
            proof=said_to,
            now=timezone.now(),
        )
        return
    answer_news(
        member_id=member.pk,
        given=False,
        how=Consent.How.TILL,
        wording=body.news_wording,
        language=body.language,
        proof=said_to,
        now=timezone.now(),
    )
