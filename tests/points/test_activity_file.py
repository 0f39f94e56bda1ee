"""The activity file: whatever is wrong with it is said, by line and column, and nothing crashes."""

import gzip
import os
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.table_file import LONGEST_LINE, Fault, UnreadableFile
from points.activity_file import COLUMNS, Reported, read_activity
from points.events import Credit, Debit, Purchase, Refund
from points.kinds import Kind

HEADER = "kind,id,member,at,total,points,refers_to"
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def activity(tmp_path):
    """Write rows under the header, as text or as bytes, and read them back."""

    def read(*rows, header=HEADER, name="night.csv", end="\n"):
        path = tmp_path / name
        content = [row if isinstance(row, bytes) else row.encode() for row in (header, *rows)]
        path.write_bytes(b"".join(line + end.encode() for line in content))
        return list(read_activity(path))

    return read


def purchase(**changes):
    cells = {
        "kind": "purchase",
        "id": "r1",
        "member": "17",
        "at": "2026-01-31T12:00:00Z",
        "total": "12.50",
        "points": "",
        "refers_to": "",
    } | changes
    return ",".join(cells.values())


def only(found):
    (one,) = found
    return one


# What holds


def test_a_purchase_is_read(activity):
    found = only(activity(purchase()))

    assert found == Reported(Purchase("r1", 0, NOON, Decimal("12.50"), row=2), "17")


def test_a_row_without_kind_is_a_purchase(activity):
    assert isinstance(only(activity(purchase(kind=""))).event, Purchase)


def test_where_it_was_bought_is_read(activity):
    header = "id,member,at,total,store,till,cashier,channel"

    found = only(activity("r1,17,2026-01-31T12:00:00Z,5,s,t,c,web", header=header)).event

    assert (found.store, found.till, found.cashier, found.channel) == ("s", "t", "c", "web")


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        (
            {"kind": "refund", "total": "5", "refers_to": "r0"},
            Refund("r1", 0, NOON, Decimal("5.00"), "r0", 2),
        ),
        ({"kind": "redemption", "points": "5"}, Debit("r1", 0, NOON, 5, Kind.REDEEMED, "", 2)),
        ({"kind": "bonus", "points": "5"}, Credit("r1", 0, NOON, 5, Kind.BONUS, row=2)),
        ({"kind": "adjustment", "points": "5"}, Credit("r1", 0, NOON, 5, Kind.ADJUSTED, row=2)),
        (
            {"kind": "adjustment", "points": "-5"},
            Debit("r1", 0, NOON, 5, Kind.ADJUSTED, "", 2),
        ),
    ],
    ids=["refund", "redemption", "bonus", "up", "down"],
)
def test_each_kind_is_read(activity, changes, event):
    assert only(activity(purchase(**changes))).event == event


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T13:00:00+01:00",
        "2026-01-31 12:00:00+00:00",
        "20260131T120000Z",
        " 2026-01-31T12:00Z ",
    ],
)
def test_a_moment_is_a_moment_however_it_is_written(activity, at):
    assert only(activity(purchase(at=at))).event.at == NOON


@pytest.mark.parametrize(
    ("total", "amount"),
    [("0", "0.00"), ("12.5", "12.50"), ("12.500", "12.50"), ("9999999.99", "9999999.99")],
)
def test_an_amount_has_two_decimals(activity, total, amount):
    assert str(only(activity(purchase(total=total))).event.total) == amount


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_as_on_any_machine(activity, end):
    assert only(activity(purchase(refers_to=""), end=end)).event.key == "r1"


def test_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "night.csv"
    path.write_text(f"{HEADER}\n{purchase()}")

    assert len(list(read_activity(path))) == 1


def test_a_mark_of_utf_8_is_passed(activity):
    assert only(activity(purchase(), header=f"\ufeff{HEADER}")).event.key == "r1"


def test_columns_stand_in_any_order_and_in_capitals(activity):
    found = activity("2026-01-31T12:00:00Z,17,12.50,r1", header=" At ,MEMBER,Total,id")

    assert only(found).event.total == Decimal("12.50")


def test_quotes_are_read_as_a_spreadsheet_writes_them(activity):
    found = activity(purchase(id='"a, ""b"""', member='"17"'))

    assert (only(found).event.key, only(found).member) == ('a, "b"', "17")


def test_blank_lines_are_passed_and_counted(activity):
    found = activity("", purchase(), "   ", purchase(id="r2"))

    assert [one.event.row for one in found] == [3, 5]


def test_a_packed_file_reads_the_same(tmp_path):
    path = tmp_path / "night.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{purchase()}\n".encode()))

    assert only(read_activity(path)).event.key == "r1"


def test_accents_are_welcome(activity):
    assert only(activity(purchase(id="café-één"))).event.key == "café-één"


# A file that is of no use


def unreadable(path):
    with pytest.raises(UnreadableFile) as refused:
        list(read_activity(path))
    return str(refused.value)


def test_a_missing_file_is_said(tmp_path):
    assert "No such file" in unreadable(tmp_path / "night.csv")
    assert "No such file" in unreadable(tmp_path / "night.csv.gz")


def test_a_folder_is_no_file(tmp_path):
    assert "directory" in unreadable(tmp_path)


def test_a_file_that_may_not_be_read_is_said(tmp_path):
    path = tmp_path / "night.csv"
    path.write_text(HEADER)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root may read everything")

    assert "denied" in unreadable(path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"[:0]])
def test_an_empty_file_is_said(tmp_path, content):
    path = tmp_path / "night.csv"
    path.write_bytes(content)

    assert "the file is empty" in unreadable(path)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,member", "column 'at' is missing"),
        ("", "column 'id' is missing"),
        ("id,member,at,price", "unknown column 'price'"),
        ("id,member,at,id", "a column stands there twice"),
        ("id;member;at", "unknown column 'id;member;at'"),
        ("id,member,at,", "unknown column ''"),
        ('id,member,"at', "column 'id' is missing"),
        (b"id,member,at,\xff", "byte 14 is not UTF-8: 0xff"),
        ("id,member\x00,at", "character 10 is a NUL"),
        ("x" * (LONGEST_LINE + 1), f"the line is longer than {LONGEST_LINE} bytes"),
        (HEADER.encode("utf-16"), "byte 1 is not UTF-8"),
    ],
)
def test_a_header_that_is_off_is_said(activity, tmp_path, header, said):
    with pytest.raises(UnreadableFile) as refused:
        activity(purchase(), header=header)

    assert said in str(refused.value)
    assert "line 1" in str(refused.value)


def test_a_purchase_needs_all_that_identifies_it():
    assert {"id", "member", "at"} <= set(COLUMNS)


def test_an_archive_that_is_none_is_said(tmp_path):
    path = tmp_path / "night.csv.gz"
    path.write_text(f"{HEADER}\n{purchase()}\n")

    assert "the archive is damaged" in unreadable(path)


@pytest.mark.parametrize("damage", ["cut off", "changed"])
def test_a_damaged_archive_is_said(tmp_path, damage):
    path = tmp_path / "night.csv.gz"
    rows = "\n".join(purchase(id=f"r{number}") for number in range(2_000))
    packed = bytearray(gzip.compress(f"{HEADER}\n{rows}\n".encode()))
    if damage == "changed":
        packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed[:-20] if damage == "cut off" else packed)

    assert "the archive is damaged" in unreadable(path)


# A row that does not hold


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "sale"}, "kind: must be one of purchase, refund, redemption, bonus, adjustment"),
        ({"id": ""}, "id: is missing"),
        ({"id": "x" * 65}, "id: has 64 characters at most"),
        ({"id": "a\tb"}, "id: must have no control characters"),
        ({"id": "a\x7fb"}, "id: must have no control characters"),
        ({"id": "a\u0085b"}, "id: must have no control characters"),
        ({"kind": "bonus", "member": " "}, "member: is missing"),
        ({"at": ""}, "at: must be a moment such as"),
        ({"at": "yesterday"}, "at: must be a moment such as"),
        ({"at": "31-01-2026 12:00"}, "at: must be a moment such as"),
        ({"at": "2026-02-30T12:00:00Z"}, "at: must be a moment such as"),
        ({"at": "2026-01-31"}, "at: must name its zone"),
        ({"at": "2026-01-31T12:00:00"}, "at: must name its zone"),
        ({"at": "1989-12-31T23:59:59Z"}, "at: must lie between 1990 and 2200"),
        ({"at": "2200-01-01T00:00:00Z"}, "at: must lie between 1990 and 2200"),
        ({"at": "0001-01-01T00:00:00+23:00"}, "at: is out of range"),
        ({"at": "9999-12-31T23:59:59-23:00"}, "at: is out of range"),
        ({"total": ""}, "total: must be an amount such as 12.50"),
        ({"total": "-0.01"}, "total: must be 0 or more"),
        ({"total": "12.345"}, "total: must have two decimals at most"),
        ({"total": "10000000"}, "total: must be 9999999.99 at most"),
        ({"total": "9" * 12 + ".999"}, "total: must have two decimals at most"),
        ({"total": "9" * 30}, "total: must be an amount"),
        ({"total": '"12,50"'}, "total: must be an amount such as 12.50, not '12,50'"),
        ({"total": "1e3"}, "total: must be an amount"),
        ({"total": "NaN"}, "total: must be an amount"),
        ({"total": "inf"}, "total: must be an amount"),
        ({"total": "€5"}, "total: must be an amount"),
        ({"total": "٥"}, "total: must be an amount"),
        ({"total": "1_000"}, "total: must be an amount"),
        ({"kind": "refund", "total": "0", "refers_to": "r0"}, "total: must be 0.01 or more"),
        ({"kind": "refund", "total": "5"}, "refers_to: is missing"),
        ({"kind": "redemption", "points": ""}, "points: must be a whole number"),
        ({"kind": "redemption", "points": "0"}, "points: must be above 0"),
        ({"kind": "redemption", "points": "-5"}, "points: must be above 0"),
        ({"kind": "redemption", "points": "1.5"}, "points: must be a whole number"),
        ({"kind": "bonus", "points": "1000000001"}, "points: must be 1000000000 at most"),
        ({"kind": "adjustment", "points": "0"}, "points: must not be 0"),
        ({"kind": "adjustment", "points": "-1000000001"}, "points: must be 1000000000 at most"),
    ],
)
def test_what_is_wrong_with_a_cell_is_said(activity, changes, said):
    fault = only(activity(purchase(**changes)))

    assert isinstance(fault, Fault)
    assert fault.row == 2
    assert fault.why.startswith(said)


def test_a_long_value_is_cut_where_it_is_shown(activity):
    fault = only(activity(purchase(kind="x" * 1_000)))

    assert len(fault.why) < 200


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,b", "2 cells where the header has 7 columns"),
        (f"{purchase()},", "8 cells where the header has 7 columns"),
        ('r1,"17', "an open quote where the header has 7 columns"),
        ('r1,"17"x,', "an open quote where the header has 7 columns"),
        (b"r1,17,\xe9t\xe9", "byte 7 is not UTF-8: 0xe9"),
        ("r1,1\x007", "character 5 is a NUL"),
        ("x" * (LONGEST_LINE + 1), f"the line is longer than {LONGEST_LINE} bytes"),
    ],
    ids=["short", "long", "open quote", "text after a quote", "latin 1", "nul", "endless"],
)
def test_a_row_that_cannot_be_read_stops_no_other(activity, row, said):
    before, fault, after = activity(purchase(), row, purchase(id="r2"))

    assert (fault.row, fault.why) == (3, said)
    assert (before.event.key, after.event.key, after.event.row) == ("r1", "r2", 4)


def test_a_line_of_just_the_longest_length_is_read(activity):
    fault = only(activity("x" * LONGEST_LINE))

    assert "cells where the header has" in fault.why


def test_a_line_of_a_hundred_megabytes_is_passed_in_little_memory(tmp_path):
    path = tmp_path / "night.csv"
    with path.open("wb") as file:
        file.write(f"{HEADER}\n".encode())
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(f"\n{purchase()}\n".encode())

    tracemalloc.start()
    fault, after = read_activity(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert fault.row == 2
    assert (after.event.key, after.event.row) == ("r1", 3)
    assert peak < 2_000_000


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_rows_or_faults(tmp_path, content):
    path = tmp_path / "night.csv"
    path.write_bytes(f"{HEADER}\n".encode() + content)

    for found in read_activity(path):
        assert isinstance(found, Reported | Fault)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.text(max_size=20), min_size=7, max_size=7).filter(
        lambda cells: not any(set('\r\n"\x00,') & set(cell) for cell in cells)
    )
)
def test_any_cells_are_a_row_or_a_fault(activity, cells):
    found = activity(",".join(cells).encode("utf-8", "replace"))

    assert all(isinstance(one, Reported | Fault) for one in found)
