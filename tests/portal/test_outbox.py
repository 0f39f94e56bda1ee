"""The local outbox: kept as files, shown as a page, only while DEBUG is on."""

import pytest
from django.core.mail import EmailMessage, get_connection

from mailroom import outbox
from mailroom.outbox import read_outbox


@pytest.fixture
def folder(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.DEBUG = True
    return settings.OUTBOX_DIR


def send(*subjects):
    backend = get_connection("mailroom.outbox.OutboxBackend")
    return backend.send_messages(
        [EmailMessage(subject, "Body: café", to=["noor@example.nl"]) for subject in subjects]
    )


@pytest.mark.usefixtures("folder")
def test_messages_are_read_back_the_newest_first():
    assert send("First", "Second") == 2

    letters = read_outbox(10)

    assert [letter.subject for letter in letters] == ["Second", "First"]
    assert letters[0].to == "noor@example.nl"
    assert letters[0].body == "Body: café"


@pytest.mark.usefixtures("folder")
def test_no_more_is_read_than_asked():
    send("First", "Second", "Third")

    assert [letter.subject for letter in read_outbox(2)] == ["Third", "Second"]


def test_what_is_no_message_is_left_out(folder):
    send("First")
    (folder / "notes.eml").write_text("not one of ours")
    (folder / "20260101-000000-000000-half.part").write_text("half written")

    assert [letter.subject for letter in read_outbox(10)] == ["First"]


def test_an_outbox_that_nobody_made_is_empty(folder):
    assert read_outbox(10) == []


def test_old_messages_make_room(folder, monkeypatch):
    monkeypatch.setattr(outbox, "KEPT", 2)

    send("First", "Second", "Third")

    assert len(list(folder.glob("*.eml"))) == 2


def test_the_page_shows_subject_and_body(folder, visitor, program):
    send("ABCD-EFGH is your code to log in")

    page = visitor.get("/outbox/").content.decode()

    assert "ABCD-EFGH is your code to log in" in page
    assert "Body: café" in page


def test_an_empty_page_says_what_to_do(folder, visitor, program):
    assert "No mail yet" in visitor.get("/outbox/").content.decode()


def test_without_debug_there_is_no_outbox(settings, visitor, program):
    settings.DEBUG = False

    assert visitor.get("/outbox/").status_code == 404
