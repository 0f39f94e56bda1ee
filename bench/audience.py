"""
An audience of five conditions over a million members and ten million entries.

Counted as the page of an audience counts it, with who may be mailed and why the rest may not;
in turns with the same count in SQL written by hand. Then a mailing to every member is started.
"""

import os
from datetime import timedelta
from decimal import Decimal
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")

from harness import ground
from harness.crowd import ENDED, make_crowd
from harness.measure import ROUNDS, SCALE, in_turn, report, say, stopwatch
from harness.program import publish

from campaigns.actions.sending import start_campaign
from campaigns.conditions import Condition, Kind, as_json
from campaigns.models import Audience, Campaign
from campaigns.reports.audience_words import sentence, sentences
from campaigns.reports.headcount import headcount
from members.models import User

COUNTED_WITHIN = 1.5
STARTED_WITHIN = 60
AT = ENDED + timedelta(hours=12)
FIVE = (
    Condition(Kind.TIER, among=("0", "1")),
    Condition(Kind.SPENDABLE, least=Decimal(100), most=Decimal(5_000)),
    Condition(Kind.SPEND, least=Decimal(30), days=90),
    Condition(Kind.BOUGHT, negated=True, days=10),
    Condition(Kind.BIRTHDAY_MONTH, among=("1", "2", "3", "4", "5", "6")),
)
CONSENTS = """
INSERT INTO members_consent (member_id, topic, channel, given, given_at, how, wording, proof,
       address, language)
SELECT id, 'news', 'email', id %% 10 <> 0, %(began)s, 'joining', 'May we write to you?', '', '', 'nl'
  FROM generate_series(1::bigint, %(members)s) AS id
"""
LAST_WORDS = """
INSERT INTO members_latestconsent (member_id, topic, channel, given, consent_id)
SELECT member_id, topic, channel, given, id FROM members_consent
"""
BY_HAND = """
WITH spent AS (
  SELECT member_id FROM points_purchase WHERE placed_at >= %(since)s
   GROUP BY member_id HAVING sum(greatest(total - refunded, 0)) >= 30
), lately AS (
  SELECT DISTINCT member_id FROM points_purchase WHERE placed_at >= %(lately)s
), shut AS (
  SELECT member_id, sum(remaining) AS points FROM points_lot
   WHERE remaining > 0 AND (available_at > %(at)s OR expires_at <= %(at)s) GROUP BY member_id
), chosen AS (
  SELECT m.id, m.email FROM members_member m
    JOIN points_account a ON a.member_id = m.id AND a.tier_id IN (0, 1)
    JOIN spent ON spent.member_id = m.id
    LEFT JOIN lately ON lately.member_id = m.id
    LEFT JOIN shut ON shut.member_id = m.id
   WHERE m.status <> 'closed' AND lately.member_id IS NULL
     AND a.balance - coalesce(shut.points, 0) BETWEEN 100 AND 5000
     AND extract(month FROM m.birthday) IN (1, 2, 3, 4, 5, 6)
)
SELECT count(*), count(*) FILTER (WHERE c.given) FROM chosen
  LEFT JOIN members_latestconsent c
    ON c.member_id = chosen.id AND c.topic = 'news' AND c.channel = 'email'
"""


def agree(members: int) -> None:
    """Let nine of ten say yes to news."""
    values = {"members": members, "began": ENDED}
    with ground.superuser() as superuser:
        if not superuser.execute("SELECT 1 FROM members_consent LIMIT 1").fetchone():
            superuser.execute(CONSENTS, values)
            superuser.execute(LAST_WORDS)
            superuser.execute("VACUUM ANALYZE members_consent, members_latestconsent")


def counted() -> float:
    with stopwatch() as seconds:
        headcount(FIVE, topic="news", at=AT)
    return seconds()


def by_hand() -> tuple[float, tuple[int, int]]:
    midnight = ENDED.replace(hour=0) - timedelta(hours=1)
    values = {
        "since": midnight - timedelta(days=90),
        "lately": midnight - timedelta(days=10),
        "at": AT,
    }
    with ground.application() as application, stopwatch() as seconds:
        found = application.execute(BY_HAND, values).fetchone()
    return seconds(), (found[0], found[1])


def started(members: int) -> tuple[float, int]:
    """Start a mailing to everybody, as the job does."""
    staff = User.objects.order_by("pk").first()
    audience = Audience.objects.create(
        name=f"Everybody {Audience.objects.count()}", made_by=staff, made_at=AT, changed_at=AT
    )
    words = {"subject": "News", "preheader": "", "body": "News.", "button": "", "address": ""}
    campaign = Campaign.objects.create(
        name="Everybody",
        audience=audience,
        content={"nl": words, "en": words},
        state=Campaign.State.SCHEDULED,
        conditions=as_json([]),
        sentences=sentences([]),
        counted=members,
        reachable=members,
        scheduled_by=staff,
        drafted_by=staff,
        changed_by=staff,
        drafted_at=AT,
    )
    with ground.superuser() as superuser:
        superuser.execute(
            "INSERT INTO mailroom_mailrules (id, cap_letters, cap_days, quiet_from, quiet_until,"
            " second_person_above) VALUES (1, 2, 7, '21:00', '8:00', 100000000)"
            " ON CONFLICT DO NOTHING"
        )
    with stopwatch() as seconds:
        added = start_campaign(campaign_id=campaign.pk, now=AT)
    return seconds(), added or 0


def main() -> None:
    members = make_crowd(publish())
    agree(members)
    say(sentence(FIVE))
    found = headcount(FIVE, topic="news", at=AT)
    _seconds, raw = by_hand()
    assert (found.members, found.reachable) == raw, (found, raw)
    say(f"{found.members:,} members match, {found.reachable:,} may be mailed")
    seconds = in_turn(ROUNDS, ours=counted, floor=lambda: by_hand()[0])
    ours, floor = median(seconds["ours"]), median(seconds["floor"])
    start, added = started(members)
    assert added == members
    say(f"counted in {ours:.2f} s (goal {COUNTED_WITHIN}), by hand in {floor:.2f} s")
    say(f"a mailing to {added:,} started in {start:.1f} s (goal {STARTED_WITHIN})")
    report(
        "audience",
        ours=ours,
        floor=floor,
        ratio=floor / ours,
        unit="s",
        start_s=start,
        members=members,
        scale=SCALE,
    )


main()
