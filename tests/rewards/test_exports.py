"""Codes leave the house once, by two people; afterwards nobody reads them here."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from members.actions.approval import NotWhatWasShown, OwnRequest, refuse_request
from members.actions.entitlement import MayNot
from members.models import Approval
from members.refusals import Refusal
from rewards.actions import exports
from rewards.actions.batches import stop_batch
from rewards.actions.exports import (
    SealsWipedError,
    approve_export,
    ask_export,
    begin_download,
    codes_of,
    end_download,
    wipe_codes,
)
from rewards.actions.issuing import code_of
from rewards.admin.export_request import export_facts
from rewards.codes import shown, tidy
from rewards.models import Batch, BatchExport, Voucher
from rewards.reports.finding import find_voucher
from tests import make
from tests.rewards.codes_made import asked_batch, batch, promotion

pytestmark = pytest.mark.django_db
NOW = make.NOW
EXPORTER = ("rewards.export_codes", "members.decide_approval")


@pytest.fixture
def asker():
    return make.staff_with(*EXPORTER)


@pytest.fixture
def colleague():
    return make.staff_with(*EXPORTER)


def ask(of, by, *, key=None, now=NOW):
    return ask_export(
        batch_id=of.pk, reason="For print", request_key=key or uuid4(), staff_id=by.pk, now=now
    )


def approve(approval, by, *, now=NOW):
    return approve_export(
        approval_id=approval.pk, digest=approval.digest, staff_id=by.pk, note="", now=now
    )


def begin(of, by, *, now=NOW):
    return begin_download(batch_id=of.pk, staff_id=by.pk, now=now)


@pytest.fixture
def agreed(asker, colleague):
    made = batch(3)
    approve(ask(made, asker), colleague)
    return made


def refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def test_who_asked_downloads_what_a_colleague_agreed_to(agreed, asker):
    export = begin(agreed, asker)

    codes = [code for some in codes_of(batch_id=agreed.pk) for code in some]

    assert (export.codes, export.begun, export.exported_by) == (3, 1, asker)
    expected = [shown(code_of(voucher=one)) for one in agreed.vouchers.order_by("pk")]
    assert codes == expected
    assert [len(code) for code in codes] == [17, 17, 17]


def test_nobody_agrees_with_themselves(asker):
    made = batch(1)

    with pytest.raises(OwnRequest):
        approve(ask(made, asker), asker)

    assert refused(begin, made, asker) == "not_approved"


def test_only_who_may_let_codes_out_asks_agrees_and_downloads(asker, agreed):
    nobody, decides = make.staff(), make.staff_with("members.decide_approval")
    other = batch(1)

    with pytest.raises(MayNot):
        ask(other, nobody)
    with pytest.raises(MayNot):
        approve(ask(other, asker), decides)
    with pytest.raises(MayNot):
        begin(agreed, nobody)


def test_only_who_asked_downloads(agreed, colleague):
    assert refused(begin, agreed, colleague) == "not_approved"
    assert not BatchExport.objects.exists()


def test_what_was_refused_or_not_yet_decided_is_not_downloaded(asker, colleague):
    made = batch(1)
    approval = ask(made, asker)
    assert refused(begin, made, asker) == "not_approved"
    refuse_request(
        approval_id=approval.pk,
        digest=approval.digest,
        staff_id=colleague.pk,
        note="Why?",
        now=NOW,
    )

    assert refused(begin, made, asker) == "not_approved"


def test_an_approval_holds_for_a_week(agreed, asker):
    late = NOW + timedelta(days=7, seconds=1)

    assert refused(begin, agreed, asker, now=late) == "not_approved"
    assert ask(agreed, asker, now=late).state == Approval.State.WAITING


@pytest.mark.parametrize(("days", "may_download"), [(6, True), (8, False)])
def test_the_page_offers_to_ask_again_once_an_approval_ran_out(agreed, asker, days, may_download):
    facts = export_facts(agreed, asker, NOW + timedelta(days=days))

    assert (facts["may_download"], facts["may_ask"]) == (may_download, not may_download)


def test_the_same_request_asks_once_and_a_second_is_refused(asker):
    made, key = batch(1), uuid4()

    first = ask(made, asker, key=key)

    assert ask(made, asker, key=key) == first
    assert refused(ask, made, asker) == "export_asked"


def test_what_a_colleague_agreed_to_is_not_asked_again(agreed, asker):
    assert refused(ask, agreed, asker) == "export_asked"


def test_who_asked_and_may_no_longer_is_not_agreed_with(asker, colleague):
    made = batch(1)
    approval = ask(made, asker)
    asker.user_permissions.clear()

    with pytest.raises(MayNot):
        approve(approval, colleague)


def test_what_is_not_what_was_asked_any_more_is_not_agreed_to(asker, colleague):
    made = batch(1)
    approval = ask(made, asker)
    Batch.objects.filter(pk=made.pk).update(value=50)

    with pytest.raises(NotWhatWasShown):
        approve(approval, colleague)


def test_what_has_no_codes_to_give_is_refused(asker):
    stopped = batch(1)
    stop_batch(batch_id=stopped.pk, staff_id=stopped.made_by_id, now=NOW)

    for unfit in (asked_batch(1), promotion(), stopped):
        assert refused(ask, unfit, asker) == "nothing_to_export"


def test_a_batch_withdrawn_after_the_request_stays_here(asker, colleague):
    made = batch(1)
    approval = ask(made, asker)
    stop_batch(batch_id=made.pk, staff_id=made.made_by_id, now=NOW)

    assert refused(approve, approval, colleague) == "nothing_to_export"


def test_a_batch_withdrawn_after_the_approval_stays_here(agreed, asker):
    stop_batch(batch_id=agreed.pk, staff_id=agreed.made_by_id, now=NOW)

    assert refused(begin, agreed, asker) == "nothing_to_export"
    assert not BatchExport.objects.exists()


# Once


def test_a_download_that_broke_off_may_begin_again_for_half_an_hour(agreed, asker):
    begin(agreed, asker)
    in_time = NOW + timedelta(minutes=29)

    assert begin(agreed, asker, now=in_time).begun == 2

    too_late = NOW + timedelta(minutes=30)
    assert refused(begin, agreed, asker, now=too_late) == "already_exported"


def test_a_download_that_broke_off_is_begun_again_by_nobody_else(agreed, asker, colleague):
    begin(agreed, asker)

    assert refused(begin, agreed, colleague) == "already_exported"
    assert BatchExport.objects.get().begun == 1


def test_a_download_ends_when_the_first_went_out_whole(agreed, asker):
    begin(agreed, asker)
    end_download(batch_id=agreed.pk, now=NOW)

    end_download(batch_id=agreed.pk, now=NOW + timedelta(minutes=1))

    assert BatchExport.objects.get().finished_at == NOW


def test_a_download_that_went_out_whole_is_the_only_one(agreed, asker):
    begin(agreed, asker)
    end_download(batch_id=agreed.pk, now=NOW)

    assert refused(begin, agreed, asker) == "already_exported"
    assert refused(ask, agreed, asker) == "already_exported"


def test_an_export_is_not_rewritten(agreed, asker):
    begin(agreed, asker)

    with pytest.raises(Exception, match="Cannot update"):
        BatchExport.objects.update(codes=2)


# Wiped


def test_codes_are_wiped_once_they_went_out(agreed, asker, monkeypatch):
    monkeypatch.setattr(exports, "WIPE_CHUNK", 2)
    kept = code_of(voucher=agreed.vouchers.earliest("pk"))
    other = batch(1)
    begin(agreed, asker)
    assert wipe_codes(now=NOW) == 0
    end_download(batch_id=agreed.pk, now=NOW)

    assert wipe_codes(now=NOW) == 3

    assert {bytes(voucher.sealed) for voucher in agreed.vouchers.all()} == {b""}
    assert {code_of(voucher=voucher) for voucher in agreed.vouchers.all()} == {""}
    assert all(code_of(voucher=voucher) for voucher in other.vouchers.all())
    assert BatchExport.objects.get().wiped_at == NOW
    assert wipe_codes(now=NOW) == 0
    found = find_voucher(typed=kept)
    assert found is not None
    assert found.state(NOW) == Voucher.State.ISSUED


def test_a_worker_that_is_killed_while_it_wipes_leaves_the_rest_to_the_next(
    agreed, asker, monkeypatch
):
    monkeypatch.setattr(exports, "WIPE_CHUNK", 2)
    begin(agreed, asker)
    end_download(batch_id=agreed.pk, now=NOW)
    exports.wipe_seals(agreed.pk, after=0, chunk=2)

    assert wipe_codes(now=NOW) == 1

    assert not agreed.vouchers.exclude(sealed=b"").exists()
    assert BatchExport.objects.get().wiped_at == NOW


def test_codes_of_a_download_that_never_ended_are_wiped_after_an_hour(agreed, asker):
    begin(agreed, asker)

    assert wipe_codes(now=NOW + timedelta(minutes=59)) == 0
    assert wipe_codes(now=NOW + timedelta(minutes=60)) == 3


def test_a_download_never_gives_blanks_for_codes_that_were_wiped(agreed, asker):
    begin(agreed, asker)
    end_download(batch_id=agreed.pk, now=NOW)
    wipe_codes(now=NOW)

    with pytest.raises(SealsWipedError):
        list(codes_of(batch_id=agreed.pk))


def test_no_code_is_readable_in_the_database_before_or_after(agreed, asker):
    codes = [code_of(voucher=voucher) for voucher in agreed.vouchers.all()]
    assert all(tidy(code) for code in codes)
    begin(agreed, asker)

    for table in ("rewards_voucher", "rewards_batch", "rewards_batchexport", "members_approval"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {table} t")
            dump = "\n".join(row for (row,) in cursor.fetchall())
        for code in codes:
            assert code not in dump
            assert shown(code) not in dump
            assert code.encode().hex() not in dump
