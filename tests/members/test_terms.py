"""Writing, publishing and accepting the terms; and the yes and no to news."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from members.actions.consent import NoNewsForLeavers, answer_news
from members.actions.membership import close_membership
from members.actions.terms import (
    NewerTermsPublished,
    TermsArePublished,
    TermsNotPublished,
    accept_terms,
    draft_terms,
    publish_terms,
)
from members.models import Acceptance, Consent, StaffAct, Terms
from members.terms_text import Block, blocks_of
from tests import make

pytestmark = pytest.mark.django_db


def draft(now, **fields):
    texts = {"text_nl": "Doe mee.", "text_en": "Take part."} | fields
    return draft_terms(staff_id=make.staff().pk, now=now, **texts)


def publish(terms, now):
    return publish_terms(terms_id=terms.pk, staff_id=make.staff().pk, now=now)


def news(member, *, given, now):
    return answer_news(
        member_id=member.pk, given=given, how=Consent.How.PROFILE, wording="News?", now=now
    )


def test_versions_are_counted_and_each_draft_leaves_a_trace(now):
    first, second = draft(now), draft(now)

    assert (first.number, second.number) == (1, 2)
    assert StaffAct.objects.count() == 2
    assert Terms.objects.in_force(now) is None


def test_a_draft_can_be_changed_until_it_is_published(now):
    terms = draft(now)

    draft(now, terms_id=terms.pk, text_nl="Anders.")

    terms.refresh_from_db()
    assert (terms.number, terms.text_nl) == (1, "Anders.")


def test_what_was_published_holds(now):
    terms = draft(now)
    by = make.staff()

    publish_terms(terms_id=terms.pk, staff_id=by.pk, now=now)

    held = Terms.objects.in_force(now)
    assert (held, held.published_by) == (terms, by)
    assert Terms.objects.in_force(now - timedelta(seconds=1)) is None


def test_published_terms_are_neither_drafted_nor_published_again(now):
    terms = publish(draft(now), now)

    with pytest.raises(TermsArePublished):
        draft(now, terms_id=terms.pk, text_nl="Anders.")
    with pytest.raises(TermsArePublished):
        publish(terms, now)


def test_an_older_draft_does_not_replace_a_newer_version(now):
    older, newer = draft(now), draft(now)
    publish(newer, now)

    with pytest.raises(NewerTermsPublished):
        publish(older, now)

    assert Terms.objects.in_force(now) == newer


@pytest.mark.parametrize(
    "change",
    [
        lambda: Terms.objects.update(text_nl="Anders."),
        lambda: Terms.objects.all().delete(),
        lambda: Acceptance.objects.update(accepted_at=make.NOW),
        lambda: Acceptance.objects.all().delete(),
    ],
)
def test_the_database_holds_published_terms_and_their_acceptance(now, change):
    member, terms = make.member(), make.terms()
    accept_terms(member_id=member.pk, terms_id=terms.pk, now=now)

    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_accepting_is_written_down_once(now):
    member, terms = make.member(), make.terms()

    first = accept_terms(member_id=member.pk, terms_id=terms.pk, now=now)
    again = accept_terms(member_id=member.pk, terms_id=terms.pk, now=now + timedelta(days=1))

    assert again == first
    assert Acceptance.objects.get().accepted_at == now


def test_nobody_accepts_a_draft(now):
    member, terms = make.member(), draft(now)

    with pytest.raises(TermsNotPublished):
        accept_terms(member_id=member.pk, terms_id=terms.pk, now=now)


def test_the_newest_version_is_to_be_accepted_even_by_who_accepted_an_older(now):
    member, first = make.member(), make.terms()
    accept_terms(member_id=member.pk, terms_id=first.pk, now=now)
    nothing = Terms.objects.to_accept(member.pk, now)
    second = make.terms("Anders.")

    assert nothing is None
    assert Terms.objects.to_accept(member.pk, now) == second


def test_each_yes_and_no_is_a_row_and_the_same_answer_is_none(now):
    member = make.member()

    for given in (True, True, False, False, True):
        news(member, given=given, now=now)

    assert list(Consent.objects.order_by("id").values_list("given", flat=True)) == [
        True,
        False,
        True,
    ]


def test_who_has_left_can_say_no_and_no_longer_yes(now):
    member = make.member()
    news(member, given=True, now=now)
    close_membership(member_id=member.pk, now=now)

    with pytest.raises(NoNewsForLeavers):
        news(member, given=True, now=now)

    assert Consent.objects.count() == 2


def test_the_last_word_counts(now):
    member = make.member()
    asked = (member.pk, Consent.Topic.NEWS, Consent.Channel.EMAIL)
    silent = Consent.objects.is_given(*asked)
    news(member, given=True, now=now)
    said = Consent.objects.is_given(*asked)
    news(member, given=False, now=now)

    assert (silent, said, Consent.objects.is_given(*asked)) == (False, True, False)


def test_a_text_is_taken_apart_into_headings_paragraphs_and_lists():
    text = "# Who\nEverybody\nfrom 16 on.\n\n- one\n- two\n\n#no heading\n-no item\r\n# What"

    assert blocks_of(text) == [
        Block("heading", ("Who",)),
        Block("paragraph", ("Everybody", "from 16 on.")),
        Block("list", ("one", "two")),
        Block("paragraph", ("#no heading", "-no item")),
        Block("heading", ("What",)),
    ]


def test_no_text_has_no_blocks():
    assert blocks_of("\n \n") == []
