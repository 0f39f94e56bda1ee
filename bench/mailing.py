"""
A mailing from `waiting` to `sent`, against a mail server that keeps nothing.

One worker process claims, gathers facts, checks consent, suppression and the cap with the
readers locked, renders, sends and writes down. The floor is django-post-office, which queues
mails with their context and renders when it sends, in a process and a database of its own, the
same words in the same layout. Beside them smtplib with mails made before, and the server's own
limit: what it takes of pieces made before.
"""

import json
import os
import smtplib
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

from django.conf import settings
from harness import ground, sink
from harness.measure import in_turn, report, say, scaled
from harness.program import NOW

from mailroom.actions.mailings import add_recipients, open_mailing, start_mailing
from mailroom.composing import Composer
from mailroom.delivery_sql.leaving import Leaving
from mailroom.mail import Mail, Sender, mail_as_bytes
from mailroom.models import Delivery, Mailing
from members.models import Member

FEW, MANY = 10_000, 200_000
OF_THE_FLOOR = 2_000
PREBUILT = 5_000
BODY = """
Dear {first_name},

The market is full of the first strawberries, and so is our shop. **This week only** members of
{program} get a second punnet for half the price. Show your card at the till; nothing else is needed.

- Strawberries from Beesd, 500 grams
- Asparagus from Limburg, the thick white ones
- New potatoes from the polder, still with the earth on them

You have been with us for a while, {name}, and we are glad that you are. If there is something you
miss in the shop, answer this mail and tell us; somebody reads every answer.

## What else is new

The bakery opens an hour earlier on Saturdays, at seven. On the second Sunday of the month there is
a market on the square, and our stall stands where it always stands. Come by for a cup of coffee.

See you soon, and until then: eat well.
"""
CONTENT = {
    "en": {
        "subject": "Strawberries for {first_name}",
        "preheader": "A second punnet for half the price",
        "body": BODY,
        "button": "See the offers",
        "address": "https://example.nl/offers",
    }
}
CONTENT["nl"] = CONTENT["en"] | {"subject": "Aardbeien voor {first_name}"}
MEMBERS = """
INSERT INTO members_member (id, name, email, language, status, joined_at, joined_through,
       postal_code)
SELECT id, 'Sanne de Vries ' || id, 'member' || id || '@example.nl', 'nl', 'active',
       '2025-01-01Z', 'till', ''
  FROM generate_series(1::bigint, %(members)s) AS id
"""
CONSENTS = """
INSERT INTO members_consent (id, member_id, topic, channel, given, given_at, how, wording, proof,
       address, language)
SELECT id, id, 'news', 'email', true, '2025-01-01Z', 'joining', 'May we write to you?', '', '', 'nl'
  FROM generate_series(1::bigint, %(members)s) AS id
"""
LAST_WORDS = """
INSERT INTO members_latestconsent (member_id, topic, channel, given, consent_id)
SELECT id, 'news', 'email', true, id FROM generate_series(1::bigint, %(members)s) AS id
"""


def prepare(members: int) -> None:
    with ground.superuser() as superuser:
        for statement in (MEMBERS, CONSENTS, LAST_WORDS):
            superuser.execute(statement, {"members": members})
        superuser.execute(
            "INSERT INTO mailroom_mailrules (id, cap_letters, cap_days, quiet_from, quiet_until,"
            " second_person_above) VALUES (1, 1000, 7, '21:00', '08:00', 500)"
        )
        superuser.execute("VACUUM ANALYZE")


def mailing_to(number: int) -> Mailing:
    """Start a mailing to so many of the members."""
    opened = open_mailing(
        key=f"bench-{Mailing.objects.count()}", topic="news", content=CONTENT, now=NOW
    )
    chosen = Member.objects.filter(pk__lte=number)
    assert add_recipients(mailing_id=opened.pk, members=chosen, now=NOW) == number
    return start_mailing(mailing_id=opened.pk, now=NOW)


def worker(program: str, *arguments: str) -> dict[str, float]:
    """Run a program in a process of its own; return the figures it prints last."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "harness" / program), *arguments],
        env=os.environ | {"BENCH_PROJECT": str(ground.PROJECT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


def ours(port: int, number: int) -> dict[str, float]:
    mailing = mailing_to(number)
    before = sink.count(port)
    figures = worker("mail_worker.py", str(port))
    assert figures["sent"] == number == sink.count(port) - before, figures
    mailing.refresh_from_db()
    assert mailing.state == "done", mailing.state
    assert Delivery.objects.filter(mailing=mailing, state="sent").count() == number
    rate = number / figures["seconds"]
    say(f"  {number:,}: {rate:,.0f} a second, {figures['peak_mb']} MB at most")
    return figures


def example() -> Mail:
    mailing = Mailing(key="example", topic="news", content=CONTENT, pk=1)
    reader = Leaving(1, 1, 0, "member1@example.nl", "Sanne de Vries 1", "nl", "")
    return next(Composer(mailing, NOW).mails([reader], {}, {}))


def with_smtplib(port: int, content: bytes, number: int) -> float:
    """Send mails made before over one connection; return the seconds."""
    with smtplib.SMTP("127.0.0.1", port) as line:
        began = perf_counter()
        for one in range(number):
            line.sendmail("klaver@example.nl", f"member{one}@example.nl", content)
        return perf_counter() - began


def limit_of_sink(port: int, content: bytes, number: int) -> float:
    """Send pieces made before, as fast as the server answers them; return the seconds."""
    commands = b"MAIL FROM:<klaver@example.nl>\r\nRCPT TO:<member@example.nl>\r\nDATA\r\n"
    piece = content + b".\r\n" + commands
    with socket.create_connection(("127.0.0.1", port)) as line:
        answers = line.makefile("rb")
        answers.readline()
        line.sendall(commands)
        skip(answers, 3)
        began = perf_counter()
        for _ in range(number):
            line.sendall(piece)
            skip(answers, 4)
        return perf_counter() - began


def skip(answers, number: int) -> None:
    for _ in range(number):
        answers.readline()


def main() -> None:
    few, many = scaled(FEW, least=200), scaled(MANY, least=400)
    floored, prebuilt = scaled(OF_THE_FLOOR, least=50), scaled(PREBUILT, least=100)
    prepare(many)
    mail = example()
    content = mail_as_bytes(mail, Sender.named(settings.DEFAULT_FROM_EMAIL), NOW)
    say(f"a mail is {len(content):,} bytes")
    has_floor = find_spec("post_office") is not None
    with sink.running() as port:
        runs = {
            "sink": lambda: limit_of_sink(port, content, prebuilt),
            "smtplib": lambda: with_smtplib(port, content, prebuilt),
            "ours": lambda: ours(port, few)["seconds"],
        }
        if has_floor:
            words = Path(settings.STATE_DIR) / "mail.json"
            words.write_text(json.dumps([mail.subject, mail.text, mail.html]))
            runs["floor"] = lambda: worker(
                "post_office_worker.py", str(port), str(floored), str(words)
            )["seconds"]
        else:
            say("django-post-office is not installed (the extra `bench`): smtplib is the floor")
        seconds = {name: median(taken) for name, taken in in_turn(**runs).items()}
        small, large = ours(port, few), ours(port, many)
    rate = few / seconds["ours"]
    bare = prebuilt / seconds["smtplib"]
    floor = floored / seconds["floor"] if has_floor else bare
    say(f"the sink takes {prebuilt / seconds['sink']:,.0f} a second made before;")
    say(f"smtplib hands over {bare:,.0f}, ours {rate:,.0f}")
    report(
        "mailing",
        ours=rate,
        floor=floor,
        ratio=rate / floor,
        unit="mails/s",
        floor_is="django-post-office" if has_floor else "smtplib, mails made before",
        mails=many,
        of_many=many / large["seconds"],
        cpu_ms_a_mail=1_000 * large["cpu"] / many,
        smtplib_prebuilt=bare,
        limit_of_sink=prebuilt / seconds["sink"],
        peak_mb_of_few=small["peak_mb"],
        peak_mb=large["peak_mb"],
    )


main()
