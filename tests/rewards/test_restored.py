"""A backup from before an export, put back: codes that left do not come back."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from members.models import Approval, User
from members.signals import database_restored, replacement_considered
from rewards.actions.batches import stop_batch
from rewards.actions.exports import (
    AlreadyExported,
    approve_export,
    ask_export,
    begin_download,
    end_download,
    wipe_codes,
)
from rewards.models import Batch, BatchExport, Voucher
from tests import make
from tests.rewards.codes_made import batch, maker

pytestmark = pytest.mark.django_db
NOW = make.NOW
LATER = NOW + timedelta(hours=2)
EXPORTER = ("rewards.export_codes", "members.decide_approval")


@pytest.fixture
def asker():
    return make.staff_with(*EXPORTER, name="Joost Bos")


def asked(of, by):
    return ask_export(
        batch_id=of.pk, reason="For print", request_key=uuid4(), staff_id=by.pk, now=NOW
    )


def agreed(approval, by):
    return approve_export(
        approval_id=approval.pk, digest=approval.digest, staff_id=by.pk, note="Fine", now=NOW
    )


def exported(of, by, *, is_whole=True):
    begin_download(batch_id=of.pk, staff_id=by.pk, now=LATER)
    if is_whole:
        end_download(batch_id=of.pk, now=LATER)
        wipe_codes(now=LATER)


def put_back(since):
    """Do what happened since, let every room say what must outlive it, and forget it all."""
    with transaction.atomic():
        since()
        answers = replacement_considered.send(sender=None, using="default", made_at=NOW)
        carried = json.dumps({name: rows for _receiver, (name, rows) in answers}, default=str)
        transaction.set_rollback(True)
    return mended(json.loads(carried))


def mended(carried, now=LATER):
    said = database_restored.send(sender=None, made_at=NOW, now=now, carried=carried)
    return " ".join(str(answer) for _receiver, answer in said if answer)


def seals(of):
    return [bytes(seal or b"") for seal in of.vouchers.values_list("sealed", flat=True)]


def test_codes_that_left_since_stay_exported_and_are_wiped_again(asker):
    made = batch(3)

    def since():
        agreed(asked(made, asker), make.staff_with(*EXPORTER))
        exported(made, asker)

    said = put_back(since)

    export = BatchExport.objects.get()
    assert set(seals(made)) == {b""}
    assert (export.batch, export.codes, export.exported_by) == (made, 3, asker)
    assert (export.exported_at, export.finished_at, export.wiped_at) == (LATER, LATER, LATER)
    assert export.approval.asked["batch"] == made.pk
    assert "1 " in said
    with pytest.raises(AlreadyExported):
        asked(made, asker)


def test_a_request_that_waited_then_is_approved_as_it_was(asker):
    made, colleague = batch(1), make.staff_with(*EXPORTER)
    approval = asked(made, asker)

    def since():
        agreed(approval, colleague)
        exported(made, asker)

    put_back(since)

    approval.refresh_from_db()
    assert (approval.state, approval.decided_by, approval.note) == ("approved", colleague, "Fine")
    assert BatchExport.objects.get().approval == approval


def test_a_colleague_who_came_since_is_named_by_a_login_that_opens_nothing(asker):
    made = batch(1)

    def since():
        approval = asked(made, asker)
        agreed(approval, make.staff_with(*EXPORTER, name="Eva Mol"))
        exported(made, asker)

    put_back(since)

    decided_by = Approval.objects.get().decided_by
    assert decided_by is not None
    assert (decided_by.name, decided_by.is_active, decided_by.is_staff) == ("Eva Mol", False, False)


def test_a_download_that_broke_off_goes_on_or_ends_as_it_would_have(asker):
    made = batch(2)
    agreed(asked(made, asker), make.staff_with(*EXPORTER))

    put_back(lambda: exported(made, asker, is_whole=False))

    assert all(seals(made))
    begin_download(batch_id=made.pk, staff_id=asker.pk, now=LATER + timedelta(minutes=5))
    wipe_codes(now=LATER + timedelta(hours=1))
    assert set(seals(made)) == {b""}


def test_a_download_that_was_under_way_when_the_backup_was_made_is_over(asker):
    made = batch(2)
    agreed(asked(made, asker), make.staff_with(*EXPORTER))
    begin_download(batch_id=made.pk, staff_id=asker.pk, now=NOW)

    def since():
        end_download(batch_id=made.pk, now=LATER)
        wipe_codes(now=LATER)

    put_back(since)

    assert BatchExport.objects.get().finished_at == LATER
    assert set(seals(made)) == {b""}


def test_a_batch_that_was_made_since_is_gone_with_its_codes(asker):
    def since():
        made = batch(2)
        agreed(asked(made, asker), make.staff_with(*EXPORTER))
        exported(made, asker)

    assert "stay exported" not in put_back(since)
    assert not Batch.objects.exists()
    assert not Voucher.objects.exists()
    assert not BatchExport.objects.exists()


def test_a_batch_that_was_withdrawn_since_stays_withdrawn():
    made = batch(1)

    put_back(lambda: stop_batch(batch_id=made.pk, staff_id=maker().pk, now=LATER))

    made.refresh_from_db()
    assert made.stopped_at == LATER


def test_what_was_over_before_the_backup_is_not_carried(asker):
    made = batch(1)
    agreed(asked(made, asker), make.staff_with(*EXPORTER))
    exported(made, asker)

    answers = replacement_considered.send(
        sender=None, using="default", made_at=LATER + timedelta(minutes=1)
    )

    told = dict(answer for _receiver, answer in answers)
    assert (told["exports"], told["stopped_batches"]) == ([], [])


def test_it_may_be_replayed_twice(asker):
    made, carried = batch(2), {}

    with transaction.atomic():
        agreed(asked(made, asker), make.staff_with(*EXPORTER))
        exported(made, asker)
        answers = replacement_considered.send(sender=None, using="default", made_at=NOW)
        carried.update(dict(answer for _receiver, answer in answers))
        transaction.set_rollback(True)
    mended(carried)
    mended(carried)

    assert BatchExport.objects.get().begun == 1
    assert User.objects.filter(name="Joost Bos").count() == 1


def test_with_nothing_to_tell_nothing_is_said():
    batch(1)

    assert "exported" not in mended({})
