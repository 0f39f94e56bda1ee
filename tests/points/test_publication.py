"""Program versions: made, checked, published once, and never changed."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from members.models import Tier
from points.actions.publication import (
    AlreadyPublished,
    EffectiveInThePast,
    InstantTaken,
    ZoneChanged,
    publish_program,
    publish_version,
    save_draft,
)
from points.models import ProgramVersion
from points.program_cache import current_program, rules_of
from points.program_file import ProgramFileError
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW
TOMORROW = "2026-06-16T00:00:00+02:00"


def test_the_first_version_may_begin_in_the_past_and_names_the_tiers():
    version = make.published_program()

    assert version.number == 1
    assert list(Tier.objects.values_list("rank", "name_nl", "name_en")) == [
        (0, "Lid", "Member"),
        (1, "Zilver", "Silver"),
        (2, "Goud", "Gold"),
    ]
    assert current_program().at(NOW).name == "Marktzicht"


def test_the_same_file_twice_changes_nothing():
    toml = make.program_toml()

    first, is_new = publish_program(toml=toml, now=NOW)
    second, again = publish_program(toml=toml, now=NOW + timedelta(days=9))

    assert (is_new, again) == (True, False)
    assert first == second
    assert ProgramVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"effective_at": "2026-06-15T00:00:00+02:00"}, EffectiveInThePast),
        ({"effective_at": "2020-01-01T00:00:00+01:00", "rate": 2}, EffectiveInThePast),
    ],
)
def test_a_later_version_cannot_begin_in_the_past(changes, refusal):
    make.published_program()

    with pytest.raises(refusal):
        publish_program(toml=make.program_toml(**changes), now=NOW)

    assert ProgramVersion.objects.published().count() == 1


def test_one_instant_has_one_version_and_the_zone_stays():
    make.published_program()
    publish_program(toml=make.program_toml(effective_at=TOMORROW), now=NOW)

    with pytest.raises(InstantTaken):
        publish_program(toml=make.program_toml(effective_at=TOMORROW, rate=2), now=NOW)
    elsewhere = make.program_toml(effective_at="2026-06-17T00:00:00+02:00")
    with pytest.raises(ZoneChanged):
        publish_program(toml=elsewhere.replace("Europe/Amsterdam", "Europe/London"), now=NOW)


def test_a_draft_may_change_until_it_is_published():
    draft = save_draft(toml=make.program_toml(rate=2))

    same = save_draft(toml=make.program_toml(rate=3), draft_id=draft.pk)
    published = publish_version(version_id=same.pk, now=NOW, published_by_id=make.staff().pk)

    assert draft.pk == published.pk
    assert rules_of(published).points_per_unit == 3
    for attempt in (
        lambda: save_draft(toml=make.program_toml(), draft_id=draft.pk),
        lambda: publish_version(version_id=draft.pk, now=NOW),
    ):
        with pytest.raises(AlreadyPublished):
            attempt()


def test_a_version_takes_over_at_its_own_instant():
    make.published_program()
    publish_program(toml=make.program_toml(effective_at=TOMORROW, rate=3), now=NOW)
    midnight = current_program().versions[1].effective_at
    sanne = make.member()
    later = midnight + timedelta(hours=1)

    last = make.purchase(sanne, "10.00", at=midnight - timedelta(seconds=1), now=later)
    first = make.purchase(sanne, "10.00", at=midnight, now=later)

    assert (last.earned, last.version_id) == (10, 1)
    assert (first.earned, first.version_id) == (30, 2)


def run(path):
    out = io.StringIO()
    call_command("publish_program", str(path), stdout=out)
    return out.getvalue()


def test_the_command_publishes_and_says_what_it_did(tmp_path):
    path = tmp_path / "program.toml"
    path.write_text(make.program_toml())

    assert "Published Marktzicht v1" in run(path)
    assert "nothing changed" in run(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file"),
        (b"\xff", "byte 1 is not UTF-8"),
        (b"name = ", "not readable as TOML"),
        (b'name = "x"\ncolour = 1\neffective_at = 2026-01-01', "colour: is not a key"),
        (b'name = "x"\neffective_at = 2026-01-01', "effective_at: must be a moment"),
    ],
)
def test_the_command_says_what_is_wrong_with_the_file(tmp_path, content, complaint):
    path = tmp_path / "program.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=complaint) as error:
        run(path)

    assert error.value.returncode == 2
    assert str(path) in str(error.value)


def test_every_fault_of_a_file_is_named():
    with pytest.raises(ProgramFileError) as error:
        save_draft(toml='name = ""\neffective_at = 1\n[expiry]\nvalid_months = -1')

    assert len(error.value.faults) == 3
