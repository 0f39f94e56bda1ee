"""Where facts come from."""

import pytest

from members.actions.sources import BadSourceName, OwnSource, name_source
from members.models import PROGRAM_SOURCE, Source

pytestmark = pytest.mark.django_db


def test_a_source_is_made_once():
    first = name_source(name="till-1")

    assert name_source(name="till-1") == first
    assert Source.objects.filter(name="till-1").count() == 1


@pytest.mark.parametrize(
    "name", ["", "Till", "-till", "a b", "winkel_1", "é", "a\n", "x" * 41, "a\x00b"]
)
def test_an_odd_name_is_refused(name):
    with pytest.raises(BadSourceName) as refused:
        name_source(name=name)

    assert refused.value.code == "bad_source_name"
    assert Source.objects.count() == 1


def test_a_name_of_forty_characters_fits():
    assert name_source(name="x" * 40).name == "x" * 40


def test_nobody_else_reports_in_the_programs_own_name():
    own = Source.objects.get(pk=PROGRAM_SOURCE)

    with pytest.raises(OwnSource):
        name_source(name=own.name)
