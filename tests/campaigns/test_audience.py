"""Each condition, and all of them together, beside plain Python over a crowd."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.audience_sql import audience
from campaigns.conditions import Condition, Kind
from campaigns.reports.audience_words import sentence
from campaigns.reports.headcount import headcount
from mailroom.models import Suppression
from members.models import Consent, Member
from tests import make
from tests.campaigns.crowd import ZONE, make_crowd, meets, some_condition

pytestmark = pytest.mark.django_db
OF_EACH_KIND = 12
TOGETHER = 60
# Around the end of February, with a leap day that this year lacks; and just before a midnight.
MOMENTS = [make.NOW, datetime(2026, 2, 27, 22, 40, tzinfo=UTC)]


def found(conditions, at):
    return set(audience(conditions, at=at, zone=ZONE).values_list("pk", flat=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_audience_is_exactly_who_meets_its_conditions(moment):
    chance = random.Random(5)
    people = make_crowd(chance, moment)
    today = moment.astimezone(ZONE).date()
    tried = [(some_condition(chance, today, kind),) for kind in Kind for _ in range(OF_EACH_KIND)]
    tried += [
        tuple(some_condition(chance, today) for _ in range(chance.randrange(2, 6)))
        for _ in range(TOGETHER)
    ]
    sizes = Counter()

    for conditions in tried:
        expected = {
            person.member.pk
            for person in people
            if all(meets(person, one, today) for one in conditions)
        }
        assert found(conditions, moment) == expected, sentence(conditions)
        sizes[bool(expected), len(expected) == len(people)] += 1

    # Neither everybody nor nobody: the conditions really divide the crowd.
    assert sizes[True, False] > len(tried) / 2


def test_without_conditions_it_is_everybody_who_takes_part():
    stays, leaves = make.member(), make.member()
    Member.objects.filter(pk=leaves.pk).update(status="closed", closed_at=make.NOW)

    assert found((), make.NOW) == {stays.pk}


def test_an_audience_is_one_query():
    conditions = [some_condition(random.Random(1), make.NOW.date(), kind) for kind in Kind]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found(conditions, make.NOW)

    assert len(queries) == 1


@pytest.mark.parametrize("name", ["'; DROP TABLE members_member; --", "%s", "{member}", "100%"])
def test_a_name_is_never_part_of_the_query(name):
    make.published_program()
    buyer = make.member()
    make.purchase_in(name, buyer)

    assert found([Condition(Kind.STORE, among=(name,))], make.NOW) == {buyer.pk}


def test_a_headcount_says_why_the_rest_may_not_be_mailed(now):
    agreed, refused, silent, returned = (make.member() for _ in range(4))
    make.member(email=None)
    for member in (agreed, returned):
        make.consent(member)
    make.consent(refused)
    make.consent(refused, given=False)
    Suppression.objects.create(email=returned.email, cause="bounce", since=now)
    Suppression.objects.create(email=agreed.email, cause="bounce", since=now, lifted_at=now)

    counts = headcount([], topic=Consent.Topic.NEWS, at=now)

    assert (counts.members, counts.reachable) == (5, 1)
    assert (counts.no_address, counts.no_consent, counts.suppressed) == (1, 2, 1)
    assert counts.is_everybody
    assert headcount([], topic=Consent.Topic.SURVEYS, at=now).reachable == 0
    assert silent.pk


def test_a_headcount_knows_everybody_from_many(now):
    make.member(language="nl")
    dutch = Condition(Kind.LANGUAGE, among=("nl",))

    assert headcount([dutch], topic="news", at=now).is_everybody

    make.member(language="en")

    assert not headcount([dutch], topic="news", at=now).is_everybody
