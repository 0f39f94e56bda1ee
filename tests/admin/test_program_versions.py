"""Program versions: read, drafted, published."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members.models import StaffAct
from points.actions.publication import save_draft
from points.admin.program_text import as_toml
from points.models import ProgramVersion
from points.program_file import read_program
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/points/programversion/"


def later(days=1) -> str:
    return (timezone.now() + timedelta(days=days)).replace(microsecond=0).isoformat()


def draft(**changes) -> ProgramVersion:
    return save_draft(toml=make.program_toml(**changes))


def page(version, name) -> str:
    return f"{LIST}{version.pk}/{name}/"


def test_a_version_reads_back_as_the_file_that_made_it():
    toml = make.program_toml(rate=1.5, silver=1.25, excluded='["Tabak & \\"lot\\"", "Statiegeld"]')
    rules = read_program(toml)

    assert read_program(as_toml(rules)) == rules


def test_a_version_is_shown_in_words_and_as_a_file(desk):
    version = make.published_program(excluded='["TOBACCO"]')

    shown = desk.get(page(version, "change"), headers={"accept-language": "en"})

    text = shown.content.decode()
    assert "TOBACCO" in text
    assert "points_per_unit = 1" in text
    assert shown.context["words"].name == "Marktzicht"


def test_pasted_rules_become_a_draft_that_is_in_force_for_nobody(desk):
    answer = desk.post(f"{LIST}add/", {"toml": make.program_toml()})

    version = ProgramVersion.objects.get()
    assert answer["Location"] == page(version, "change")
    assert not version.is_published
    assert StaffAct.objects.filter(object_id=str(version.pk)).exists()


def test_an_uploaded_file_becomes_a_draft(desk):
    file = SimpleUploadedFile("program.toml", make.program_toml().encode())

    desk.post(f"{LIST}add/", {"toml": "", "file": file})

    assert ProgramVersion.objects.get().name == "Marktzicht"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"toml": ""}, "toml"),
        ({"toml": "name = "}, "toml"),
        ({"toml": make.program_toml(rate=-1)}, "toml"),
        ({"file": SimpleUploadedFile("p.toml", b"\xff\xfe\x00")}, "file"),
        ({"file": SimpleUploadedFile("p.toml", b"#" * 100_001)}, "file"),
    ],
)
def test_a_fault_is_told_beside_the_rules_and_nothing_is_kept(desk, answers, field):
    if "file" in answers:
        answers["file"].seek(0)

    answer = desk.post(f"{LIST}add/", answers)

    assert field in answer.context["form"].errors
    assert not ProgramVersion.objects.exists()


def test_every_fault_of_a_file_is_told_at_once(desk):
    toml = make.program_toml(rate=-1, valid_months=1000)

    errors = desk.post(f"{LIST}add/", {"toml": toml}).context["form"].errors["toml"]

    assert len(errors) == 2


def test_a_draft_is_edited_in_place(desk):
    version = draft()
    shown = desk.get(page(version, "edit")).content.decode()
    assert "valid_months = 12" in shown

    desk.post(page(version, "edit"), {"toml": make.program_toml(valid_months=24)})

    version.refresh_from_db()
    assert version.rules["expiry"]["valid_months"] == 24
    assert ProgramVersion.objects.count() == 1


def test_publishing_asks_first_and_records_who_and_why(desk, boss):
    version = draft(effective_at=later())
    assert desk.get(page(version, "publish")).status_code == 200
    version.refresh_from_db()
    assert not version.is_published

    desk.post(page(version, "publish"), {"reason": "Agreed in June"})

    version.refresh_from_db()
    assert version.is_published
    assert version.published_by == boss
    assert "Agreed in June" in StaffAct.objects.latest("id").reason


def test_a_refused_publication_is_told_and_changes_nothing(desk):
    make.published_program(now=timezone.now())
    past = draft(effective_at="2021-01-01T00:00:00+01:00")

    answer = desk.post(page(past, "publish"), {"reason": "Oops"})

    assert answer.context["form"].non_field_errors()
    past.refresh_from_db()
    assert not past.is_published


def test_a_published_version_is_edited_by_nobody(desk):
    version = make.published_program()

    answer = desk.post(page(version, "edit"), {"toml": make.program_toml(valid_months=24)})

    assert answer.context["form"].non_field_errors()
    assert desk.post(page(version, "change"), {"name": "Other"}).status_code == 403
    version.refresh_from_db()
    assert version.rules["expiry"]["valid_months"] == 12


def test_a_published_version_is_the_start_of_a_new_draft(desk):
    version = make.published_program()
    shown = desk.get(page(version, "copy"))

    desk.post(page(version, "copy"), {"toml": shown.context["form"].initial["toml"]})

    assert ProgramVersion.objects.drafts().count() == 1


def test_who_may_only_look_neither_drafts_nor_publishes(desk_of):
    viewer = desk_of("points.view_programversion")
    version = draft()

    assert viewer.get(page(version, "change")).status_code == 200
    for address in (f"{LIST}add/", page(version, "edit"), page(version, "publish")):
        assert viewer.get(address).status_code == 403
    assert viewer.get(page(version, "copy")).status_code == 403
