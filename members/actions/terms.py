"""Writing, publishing and accepting the terms of taking part."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.joining_rules import hold_joining_rules
from members.actions.traces import record_act
from members.models import Acceptance, Member, Terms
from members.refusals import Refusal
from members.signals import announce, terms_published


class TermsArePublished(Refusal):
    code = "terms_are_published"


class NewerTermsPublished(Refusal):
    code = "newer_terms_published"


class TermsNotPublished(Refusal):
    code = "terms_not_published"


@transaction.atomic
def draft_terms(
    *, text_nl: str, text_en: str, staff_id: int, now: datetime, terms_id: int | None = None
) -> Terms:
    """Begin a new version of the terms, or change a draft; refuses a version that was published."""
    # Two colleagues who begin a version at once get two numbers.
    hold_joining_rules()
    terms = Terms(number=_next_number()) if terms_id is None else Terms.objects.lock(terms_id)
    _refuse_published(terms)
    terms.text_nl, terms.text_en = text_nl.strip(), text_en.strip()
    terms.save()
    record_act(
        staff_id=staff_id,
        what=_("Drafted terms %(version)s") % {"version": terms},
        on=terms,
        now=now,
    )
    return terms


@transaction.atomic
def publish_terms(*, terms_id: int, staff_id: int, now: datetime) -> Terms:
    """
    Put a version into force: who joins from now on accepts it, everybody else is asked to.

    It stays word for word. Refuses one that was published, and a draft older than what holds.
    """
    hold_joining_rules()
    terms = Terms.objects.lock(terms_id)
    _refuse_published(terms)
    if Terms.objects.filter(published_at__isnull=False, number__gt=terms.number).exists():
        raise NewerTermsPublished(
            gettext_lazy("A newer version is in force already. Begin a new draft.")
        )
    terms.published_at, terms.published_by_id = now, staff_id
    terms.save(update_fields=["published_at", "published_by"])
    announce(terms_published, terms_id=terms.pk)
    return terms


@transaction.atomic
def accept_terms(*, member_id: int, terms_id: int, now: datetime) -> Acceptance:
    """
    Write down that a member accepted this version; a second time changes nothing.

    Refuses a draft. A version that was renewed since it was shown still counts for itself.
    """
    Member.objects.lock(member_id)
    earlier = Acceptance.objects.filter(member_id=member_id, terms_id=terms_id).first()
    if earlier is not None:
        return earlier
    if not Terms.objects.filter(pk=terms_id, published_at__lte=now).exists():
        raise TermsNotPublished(gettext_lazy("These terms are not in force."))
    return Acceptance.objects.create(member_id=member_id, terms_id=terms_id, accepted_at=now)


def _next_number() -> int:
    last = Terms.objects.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _refuse_published(terms: Terms) -> None:
    if terms.published_at is not None:
        raise TermsArePublished(
            gettext_lazy("This version was published and stays as it is. Begin a new one.")
        )
