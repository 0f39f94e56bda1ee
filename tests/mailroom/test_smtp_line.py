"""The line to a mail server: for every mail exactly what became of it, whatever goes wrong."""

from time import monotonic, sleep

import pytest

from mailroom.mail import Mail, Sender
from mailroom.outcome import Sent
from mailroom.transport import transport
from tests.mailroom.scripted import DROP, STALL, scripted
from tests.make import NOW

SENDER = Sender.named("Klaver <klaver@example.nl>")
BOTH = pytest.mark.parametrize("pipelining", [True, False])


def mails(number=3, **fields):
    return [
        Mail(
            key,
            f"delivery-{key}",
            fields.get("to", f"reader{key}@example.nl"),
            "",
            "Nieuws",
            ".Dag\n.\n",
            "",
        )
        for key in range(1, number + 1)
    ]


def send(given, *, line=None, until=60.0):
    line = line or transport()
    sent = Sent()
    line.send(given, SENDER, sent=sent, now=NOW, until=monotonic() + until)
    return sent


def fates(sent):
    return {key: outcome.fate.name for key, outcome in sent.outcomes.items()}


@BOTH
def test_mails_arrive_as_they_were_sent(settings, pipelining):
    with scripted(settings, pipelining=pipelining) as server:
        sent = send(mails(4))

    assert fates(sent) == dict.fromkeys((1, 2, 3, 4), "TAKEN")
    assert sent.trouble is None
    assert [to for to, _ in server.taken] == [f"reader{n}@example.nl" for n in (1, 2, 3, 4)]
    assert all(content.endswith(b"\r\n\r\n..Dag\r\n=2E") for _, content in server.taken)
    assert server.connections == 1


def test_a_piece_ends_with_data_and_never_holds_two_contents(settings):
    with scripted(settings) as server:
        send(mails(4))

    behind_data = [rest for verb, rest in server.groups if verb == b"DATA"]
    assert behind_data == [b""] * 4
    assert any(b"RCPT" in rest and rest.endswith(b"DATA\r\n") for _, rest in server.groups)


def test_a_line_stays_for_the_next_mails(settings):
    with scripted(settings) as server:
        line = transport()
        first, second = send(mails(2), line=line), send(mails(2), line=line)
        line.close()

    assert (first.trouble, second.trouble) == (None, None)
    assert (len(server.taken), server.connections) == (4, 1)


@BOTH
@pytest.mark.parametrize(
    ("stage", "answer", "fate", "is_dead"),
    [
        ("rcpt", "550 5.1.1 nobody lives here", "REFUSED", True),
        ("rcpt", "550 nobody lives here", "REFUSED", False),
        ("rcpt", "550 5.7.1 we do not want it", "REFUSED", False),
        ("rcpt", "450 5.1.1 come back", "REFUSED_FOR_NOW", False),
        ("rcpt", "451 4.2.1 come back", "REFUSED_FOR_NOW", False),
        ("data", "554 5.1.1 no", "REFUSED", False),
        ("data", "451 not now", "REFUSED_FOR_NOW", False),
        ("content", "554 5.6.0 spam", "REFUSED", False),
        ("content", "452 4.3.1 full", "REFUSED_FOR_NOW", False),
    ],
)
def test_one_refusal_is_that_of_one_mail(settings, pipelining, stage, answer, fate, is_dead):
    yes = {"rcpt": "250 ok", "data": "354 go on", "content": "250 ok"}[stage]
    answers = {stage: [yes, answer]}
    if stage == "rcpt" and pipelining:
        answers["data"] = ["354 go on", "503 nobody to write to"]
    with scripted(settings, pipelining=pipelining, **answers) as server:
        sent = send(mails(4))

    assert fates(sent) == {1: "TAKEN", 2: fate, 3: "TAKEN", 4: "TAKEN"}
    assert sent.outcomes[2].why == answer
    assert sent.outcomes[2].is_dead is is_dead
    assert (len(server.taken), server.connections) == (3, 1)


def test_a_server_that_wants_a_mail_to_nobody_gets_an_empty_one(settings):
    with scripted(settings, rcpt=["550 5.1.1 nobody"]) as server:
        server.answers["content"] = ["554 no recipients"]
        sent = send(mails(2))

    assert fates(sent) == {1: "REFUSED", 2: "TAKEN"}
    assert [content for _, content in server.cut] == [b""]


@BOTH
@pytest.mark.parametrize(
    ("answer", "trouble"), [("550 not you", "REFUSES_US"), ("451 slow down", "THROTTLED")]
)
def test_a_server_that_refuses_the_sender_gets_nothing_more(settings, pipelining, answer, trouble):
    with scripted(settings, pipelining=pipelining, mail=["250 ok", answer]):
        sent = send(mails(3))

    assert fates(sent) == {1: "TAKEN"}
    assert (sent.trouble.name, sent.why) == (trouble, answer)


@BOTH
def test_who_hangs_up_before_it_says_yes_leaves_one_mail_in_doubt(settings, pipelining):
    with scripted(settings, pipelining=pipelining, content=["250 ok", DROP]) as server:
        sent = send(mails(4))

    assert fates(sent) == {1: "TAKEN", 2: "IN_DOUBT"}
    assert sent.trouble.name == "BROKEN"
    assert len(server.cut) == 1


@BOTH
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_who_hangs_up_earlier_leaves_none_in_doubt(settings, pipelining, stage):
    with scripted(settings, pipelining=pipelining, **{stage: ["250 ok", DROP]}) as server:
        if stage == "data":
            server.answers["data"] = ["354 go on", DROP]
        sent = send(mails(3))

    assert fates(sent) == {1: "TAKEN"}
    assert sent.trouble.name == "BROKEN"


@BOTH
def test_who_stalls_leaves_one_mail_in_doubt_and_nobody_waiting(settings, pipelining):
    began = monotonic()
    with scripted(settings, pipelining=pipelining, content=["250 ok", STALL]):
        sent = send(mails(4))

    assert fates(sent) == {1: "TAKEN", 2: "IN_DOUBT"}
    assert "timed out" in sent.why
    assert monotonic() - began < 5


@BOTH
def test_closing_is_no_doubt_and_the_next_call_opens_a_new_line(settings, pipelining):
    with scripted(settings, pipelining=pipelining, content=["250 ok", "421 bye"]) as server:
        line = transport()
        first = send(mails(3), line=line)
        second = send(mails(1), line=line)

    assert fates(first) == {1: "TAKEN", 2: "REFUSED_FOR_NOW"}
    assert first.trouble.name == "CLOSING"
    assert (fates(second), server.connections) == ({1: "TAKEN"}, 2)


@BOTH
@pytest.mark.parametrize("answer", ["421 idle for too long", DROP])
def test_a_line_that_was_idle_too_long_is_opened_anew(settings, pipelining, answer):
    with scripted(settings, pipelining=pipelining, mail=["250 ok", answer]) as server:
        line = transport()
        send(mails(1), line=line)
        sent = send(mails(2), line=line)

    assert fates(sent) == {1: "TAKEN", 2: "TAKEN"}
    assert server.connections == 2


def test_many_refusals_for_now_in_a_row_mean_slow_down(settings):
    with scripted(settings, rcpt=["450 too many"] * 30, data=["503 no"] * 30):
        sent = send(mails(20))

    assert fates(sent) == dict.fromkeys(range(1, 11), "REFUSED_FOR_NOW")
    assert sent.trouble.name == "THROTTLED"


def test_after_its_time_nothing_leaves_and_the_line_stays(settings):
    with scripted(settings) as server:
        line = transport()
        late = send(mails(5), line=line, until=-1)
        send(mails(1), line=line)

    assert late.trouble is None
    assert len(late.outcomes) <= 2
    assert server.connections == 1


def test_what_was_let_go_long_ago_never_leaves(settings, monkeypatch):
    monkeypatch.setattr("mailroom.smtp_line.STALE", 0.05)

    def slowly():
        first, second = mails(2)
        yield first
        sleep(0.2)
        yield second

    with scripted(settings) as server:
        sent = send(slowly(), until=0.1)

    assert (sent.outcomes, server.taken) == ({}, [])


def test_a_server_that_is_not_there_is_trouble_and_no_doubt(settings):
    with scripted(settings):
        pass

    sent = send(mails(2))

    assert (sent.outcomes, sent.trouble.name) == ({}, "BROKEN")


def test_a_server_that_will_not_talk_is_trouble_and_no_doubt(settings):
    with scripted(settings, welcome="554 go away"):
        sent = send(mails(2))

    assert (sent.outcomes, sent.trouble.name) == ({}, "BROKEN")
    assert "554" in sent.why


def test_an_address_that_cannot_be_written_is_refused_by_us(settings):
    with scripted(settings) as server:
        sent = send([*mails(1, to="a b@example.nl"), *mails(3)[1:]])

    assert fates(sent) == {1: "REFUSED", 2: "TAKEN", 3: "TAKEN"}
    assert len(server.taken) == 2
