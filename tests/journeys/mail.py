"""The links in a letter: a member who agreed, and one who was asked."""

from django.utils import timezone

from members.actions.consent_requests import request_token, say_yes
from members.models import Consent, ConsentRequest, Member
from members.stop_link import stop_token
from tests import make

READER = "lezer@example.nl"


def stop_link(of: Member, topic="news", *, email="", mailing_id=0) -> str:
    """The path of the link at the foot of a mailing."""
    token = stop_token(
        member_id=of.pk, topic=topic, email=email or of.email or "", mailing_id=mailing_id
    )
    return f"/stop/{token}/"


def link_of(path: str) -> str:
    """Fill in the tokens of a path, of a reader who is there from the first time on."""
    reader = Member.objects.filter(email=READER).first() or make.member(
        email=READER, name="Lot Lezer"
    )
    make.consent(reader, now=timezone.now())
    question = say_yes(
        member_id=reader.pk,
        wordings={Consent.Topic.SURVEYS: "Ja, jullie mogen mij af en toe iets vragen."},
        language="nl",
        how=Consent.How.STAFF,
        now=timezone.now(),
    ) or ConsentRequest.objects.latest("id")
    return path.format(
        stop=stop_link(reader).split("/")[2],
        old_stop=stop_link(reader, email="vroeger@example.nl").split("/")[2],
        question=request_token(request=question),
    )
