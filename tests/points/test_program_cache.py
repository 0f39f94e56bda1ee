"""One program a page, and always the newest for what writes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from points.program_cache import current_program, one_program
from tests import make

pytestmark = pytest.mark.django_db


def test_within_a_page_the_program_is_read_once():
    make.published_program()

    with one_program(), CaptureQueriesContext(connection) as queries:
        seen = [current_program() for _ in range(3)]

    assert len({id(program) for program in seen}) == 1
    assert sum("SELECT" in query["sql"] for query in queries) <= 2


def test_after_the_page_a_new_version_counts(now):
    make.published_program()
    with one_program():
        before = current_program()

    make.published_program(now=now, effective_at=f"{now + timedelta(days=1):%FT%TZ}", rate=2)

    assert len(current_program().versions) == len(before.versions) + 1


def test_a_purchase_is_valued_by_what_is_published_even_within_a_page(now):
    with one_program():
        assert not current_program().versions
        make.published_program()
        member = make.member()

        make.purchase(member, "25.00")

    assert make.balance(member) == 25


def test_a_page_reads_the_program_once(client):
    make.published_program()

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    asked = [query for query in queries if "points_programversion" in query["sql"]]
    assert len([query for query in asked if '"rules"' not in query["sql"]]) == 1
