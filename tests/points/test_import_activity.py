"""Files that do not hold: what is wrong and where, a line each, and the rest goes on."""

import csv
import gzip
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.actions.cards import block_card
from members.models import Card, ExternalId, Member
from points.actions.activity import import_activity
from points.models import Account, Entry, Purchase
from tests import make

pytestmark = pytest.mark.django_db
HEADER = "kind,id,member,at,total,points,refers_to"


@pytest.fixture
def card():
    make.published_program()
    sanne = make.member()
    return sanne.cards.get().number


def run(path, *arguments, **options):
    """Run the command; return (exit code, what it said, what it complained of)."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_activity", str(path), *arguments, stdout=out, stderr=err, **options)
    except SystemExit as stopped:
        code = stopped.code
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return code, out.getvalue(), err.getvalue()


def file_of(tmp_path, *lines, header=HEADER):
    path = tmp_path / "night.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", newline="")
    return path


AT = "2026-06-01T12:00:00+02:00"


def test_every_kind_is_posted_in_time_order_whatever_the_order_of_the_file(tmp_path, card):
    path = file_of(
        tmp_path,
        f"redemption,d1,{card},2026-06-03T12:00:00Z,,30,",
        f"adjustment,a1,{card},2026-06-05T12:00:00Z,,-5,",
        f"refund,f1,{card},2026-06-04T12:00:00Z,10.00,,p1",
        f"bonus,b1,{card},2026-06-02T12:00:00Z,,25,",
        f",p1,{card},2026-06-01T12:00:00Z,40.00,,",
    )

    code, said, complained = run(path)

    assert (code, complained) == (0, "")
    assert "5 posted" in said
    assert Account.objects.get().balance == 40 + 25 - 30 - 10 - 5


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"purchase,,{{card}},{AT},1.00,,", "line 2: id: is missing"),
        (f"bonus,p,,{AT},,10,", "line 2: member: is missing"),
        (f"purchase,p,123,{AT},1.00,,", "line 2: member: nobody has the number 123"),
        (f"gift,p,{{card}},{AT},1.00,,", "line 2: kind: must be one of"),
        ("purchase,p,{card},yesterday,1.00,,", "line 2: at: must be a moment"),
        ("purchase,p,{card},2026-06-01T12:00:00,1.00,,", "line 2: at: must name its zone"),
        ("purchase,p,{card},9999-12-31T23:59:59-12:00,1.00,,", "line 2: at: is out of range"),
        ("purchase,p,{card},2199-06-01T12:00:00Z,1.00,,", "line 2: This lies in the future"),
        ("purchase,p,{card},2019-06-01T12:00:00Z,1.00,,", "line 2: The program had not begun"),
        (f"purchase,p,{{card}},{AT},-1.00,,", "line 2: total: must be 0 or more, not '-1.00'"),
        (f"purchase,p,{{card}},{AT},1.005,,", "line 2: total: must have two decimals at most"),
        (f"purchase,p,{{card}},{AT},1e3,,", "line 2: total: must be an amount such as 12.50"),
        (f"purchase,p,{{card}},{AT},NaN,,", "line 2: total: must be an amount"),
        (f"purchase,p,{{card}},{AT},99999999.00,,", "line 2: total: must be 9999999.99 at most"),
        (f"refund,p,{{card}},{AT},0.00,,r1", "line 2: total: must be 0.01 or more"),
        (f"refund,p,{{card}},{AT},1.00,,", "line 2: refers_to: is missing"),
        (f"refund,p,{{card}},{AT},1.00,,r9", "line 2: The purchase it refers to is not known: r9"),
        (f"redemption,p,{{card}},{AT},,0,", "line 2: points: must be above 0"),
        (f"redemption,p,{{card}},{AT},,10.5,", "line 2: points: must be a whole number"),
        (
            f"redemption,p,{{card}},{AT},,50,",
            "line 2: Not enough points: 50 asked, 10 can be spent",
        ),
        (f"adjustment,p,{{card}},{AT},,-50,", "line 2: Not enough points"),
        (f"purchase,p,{{card}},{AT}", "line 2: 4 cells where the header has 7 columns"),
        (f'purchase,"p,{{card}},{AT},1.00,,', "line 2: an open quote"),
        (f"purchase,p\x00,{{card}},{AT},1.00,,", "line 2: character 11 is a NUL"),
        (f"purchase,{'x' * 65},{{card}},{AT},1.00,,", "line 2: id: has 64 characters at most"),
        (f"purchase,p\x07,{{card}},{AT},1.00,,", "line 2: id: must have no control characters"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(tmp_path, card, line, complaint):
    good = f"purchase,good,{card},{AT},10.00,,"
    path = file_of(tmp_path, line.format(card=card), good)

    code, said, complained = run(path)

    assert code == 1
    assert complaint in complained
    assert complained.count("\n") == 1
    assert "1 posted" in said
    assert list(Purchase.objects.values_list("receipt", flat=True)) == ["good"]


def test_the_same_id_with_other_content_is_refused_in_one_file_and_across_files(tmp_path, card):
    first = file_of(
        tmp_path, f"purchase,p1,{card},{AT},10.00,,", f"purchase,p1,{card},{AT},11.00,,"
    )
    code, _, complained = run(first)
    assert code == 1
    assert "line 3: id: p1 stands on line 2 with other content" in complained

    code, _, complained = run(file_of(tmp_path, f"purchase,p1,{card},{AT},12.00,,"))

    assert code == 1
    assert "line 2: p1 was posted before with another total" in complained
    assert Account.objects.get().balance == 10


def test_a_rejected_row_can_come_again_when_it_is_right(tmp_path, card):
    run(file_of(tmp_path, f"redemption,d1,{card},{AT},,10,"))
    bonus = f"bonus,b1,{card},2026-05-01T12:00:00Z,,10,"

    code, said, _ = run(file_of(tmp_path, bonus, f"redemption,d1,{card},{AT},,10,"))

    assert code == 0
    assert "2 posted" in said


def test_more_refunded_than_paid_is_taken_and_warned_of(tmp_path, card):
    path = file_of(tmp_path, f"purchase,p1,{card},{AT},10.00,,", f"refund,f1,{card},{AT},15.00,,p1")

    code, said, complained = run(path)

    assert code == 0
    assert "warning: night.csv, line 3" in complained
    assert "5.00 more than was paid" in complained
    assert "2 posted" in said


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b"id;member;at\n", "unknown column 'id;member;at'"),
        (b"id,member\n", "column 'at' is missing"),
        (b"id,member,at,at\n", "a column stands there twice"),
        (b"\xff\xfe\x00i", "line 1: byte 1 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_starts_nothing(tmp_path, card, content, complaint):
    path = tmp_path / "night.csv"
    if content is not None:
        path.write_bytes(content)

    code, _, complained = run(path, "--create-members")

    assert code == 2
    assert complaint in complained
    assert Member.objects.count() == 1


def test_a_damaged_archive_posts_nothing(tmp_path, card):
    path = tmp_path / "night.csv.gz"
    rows = "".join(f"purchase,p{n},{card},{AT},10.00,,\n" for n in range(2_000))
    path.write_bytes(gzip.compress(f"{HEADER}\n{rows}".encode())[:-2_000])

    code, _, complained = run(path)

    assert code == 2
    assert "the archive is damaged" in complained
    assert not Purchase.objects.exists()


def test_latin_letters_in_another_encoding_are_refused_by_row(tmp_path, card):
    path = tmp_path / "night.csv"
    path.write_bytes(f"{HEADER}\npurchase,caf\xe9,{card},{AT},1.00,,\n".encode("latin-1"))

    code, _, complained = run(path)

    assert code == 1
    assert "line 2: byte 13 is not UTF-8: 0xe9" in complained


def test_rejects_are_written_to_a_file(tmp_path, card):
    rejects = tmp_path / "rejects.csv"

    run(file_of(tmp_path, f"purchase,p,123,{AT},1.00,,"), "--rejects", str(rejects))

    with rejects.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "reason"],
            ["night.csv", "2", "member: nobody has the number 123"],
        ]


def test_a_full_disk_for_the_rejects_hides_nothing(tmp_path, card):
    path = file_of(tmp_path, f"purchase,p,123,{AT},1.00,,", f"purchase,good,{card},{AT},10.00,,")

    code, said, complained = run(path, "--rejects", "/dev/full")

    assert code == 1
    assert "No space left on device" in complained
    assert "nobody has the number 123" in complained
    assert "1 posted" in said


def test_a_rejects_file_that_cannot_be_made_stops_before_anything(tmp_path, card):
    path = file_of(tmp_path, f"purchase,good,{card},{AT},10.00,,")

    code, _, complained = run(path, "--rejects", str(tmp_path / "no" / "such" / "folder.csv"))

    assert code == 2
    assert "No such file or directory" in complained
    assert not Purchase.objects.exists()


def test_a_dry_run_reports_and_keeps_nothing(tmp_path, card):
    path = file_of(tmp_path, f"purchase,p1,{card},{AT},10.00,,", f"purchase,p2,new,{AT},10.00,,")

    code, said, _ = run(path, "--dry-run", "--create-members")

    assert code == 0
    assert "Nothing was kept" in said
    assert "2 posted, 0 known already, 1 members enrolled" in said
    assert not Entry.objects.exists()
    assert Member.objects.count() == 1


def test_new_numbers_are_enrolled_once_and_remembered_by_source(tmp_path, card):
    path = file_of(tmp_path, f"purchase,p1,A-1,{AT},10.00,,", f"purchase,p2,A-2,{AT},10.00,,")

    run(path, "--create-members", "--source", "chain")
    run(path, "--create-members", "--source", "chain")

    assert ExternalId.objects.count() == 2
    assert Card.objects.count() == 3
    enrolled = Member.objects.filter(joined_through=Member.Through.IMPORT)
    assert {member.joined_at.isoformat() for member in enrolled} == {"2026-06-01T10:00:00+00:00"}


def test_a_blocked_card_earns_what_came_before_the_block_only(tmp_path, card):
    blocked_at = timezone.now() - timedelta(days=3)
    block_card(card_id=Card.objects.get(number=card).pk, reason="lost", now=blocked_at)
    before = (blocked_at - timedelta(days=1)).isoformat()
    after = (blocked_at + timedelta(days=1)).isoformat()
    path = file_of(
        tmp_path, f"purchase,p1,{card},{before},10.00,,", f"purchase,p2,{card},{after},10.00,,"
    )

    code, said, complained = run(path)

    assert code == 1
    assert f"line 3: member: card {card} is blocked" in complained
    assert "1 posted" in said


def test_lines_decide_what_earns_and_a_bad_line_keeps_its_receipt_out(tmp_path):
    make.published_program(excluded='["TOBACCO"]')
    card = make.member().cards.get().number
    lines = tmp_path / "lines.csv"
    lines.write_text(
        "receipt,line,product,department,category,quantity,amount\n"
        "p1,1,x,GROCERY,MILK,1,6.00\n"
        "p1,2,y,KIOSK,TOBACCO,1,4.00\n"
        "p2,1,x,GROCERY,MILK,1,six\n"
        "p9,1,x,GROCERY,MILK,1,6.00\n"
    )
    path = file_of(tmp_path, *(f"purchase,p{n},{card},{AT},10.00,," for n in (1, 2)))

    code, said, complained = run(path, "--lines", str(lines))

    assert code == 1
    assert "lines.csv, line 4: amount: must be an amount" in complained
    assert "night.csv, line 3: id: its lines cannot be read" in complained
    assert "1 posted" in said
    assert Account.objects.get().balance == 6


def test_progress_is_told(tmp_path, card):
    told = []
    path = file_of(tmp_path, *(f"purchase,p{n},{card},{AT},10.00,," for n in range(50)))

    import_activity(
        path=path, source_id=make.source(), now=timezone.now(), progress=lambda *p: told.append(p)
    )

    assert told[-1] == ("posting", 50, 50)
