"""Sending a message to the colleague who works on it, to see it in a real mailbox."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from mailroom.actions.posting import post_letter
from mailroom.fault_words import faults_in
from mailroom.kinds import Kind
from mailroom.layout import Content, words_of
from mailroom.message import SUBJECT_FILLED, Filled
from mailroom.models import Letter
from mailroom.reports.preview import preview, preview_letter
from members.actions.traces import record_act
from members.models import User
from members.refusals import Refusal


class NoAddressOfYours(Refusal):
    code = "no_address_of_yours"


class MessageFaulty(Refusal):
    code = "message_faulty"


@transaction.atomic
def send_test(
    *,
    content: Content,
    language: str,
    member_id: int | None,
    to_user_id: int,
    topic: str,
    now: datetime,
    request_key: UUID | None = None,
) -> Letter:
    """
    Send a mailing to a colleague as this member would get it, marked as a test.

    It goes to the colleague's own address and nowhere else, and its stop link opens nothing. The
    same request key sends it once. It leaves a trace. Refuses a message that is not ready.
    """
    for told in faults_in(words_of(content, language)).values():
        raise MessageFaulty(told[0])
    message = preview(content, language, member_id, topic, now)
    return _send(message, language, member_id, to_user_id, now, request_key)


@transaction.atomic
def send_test_letter(
    *,
    kind: Kind,
    language: str,
    member_id: int | None,
    to_user_id: int,
    now: datetime,
    request_key: UUID | None = None,
) -> Letter:
    """Send a letter that goes out by itself to a colleague, in the same way."""
    message = preview_letter(kind, language, member_id, now)
    return _send(message, language, member_id, to_user_id, now, request_key)


def _send(
    message: Filled,
    language: str,
    member_id: int | None,
    to_user_id: int,
    now: datetime,
    request_key: UUID | None,
) -> Letter:
    colleague = User.objects.select_for_update().get(pk=to_user_id)
    if not colleague.is_active or not colleague.email:
        raise NoAddressOfYours(_("Your login has no address that mail could go to."))
    key = f"test:{to_user_id}:{request_key or uuid4()}"
    earlier = Letter.objects.filter(key=key).first()
    if earlier is not None:
        return earlier
    with translation.override(language):
        subject = _("Test: %(subject)s") % {"subject": message.subject}
    letter = post_letter(
        key=key,
        to=colleague.email,
        language=language,
        subject=subject[:SUBJECT_FILLED],
        text=message.text,
        html=message.html,
        now=now,
    )
    record_act(
        staff_id=to_user_id,
        what=_("Sent themselves a test: %(subject)s") % {"subject": message.subject},
        on=letter,
        now=now,
        member_id=member_id,
    )
    return letter
