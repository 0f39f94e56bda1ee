"""
A million members with ten million entries, made by the database itself.

Purchases come in time order, as tills send them, so that what belongs to one member lies
scattered; the first members buy every day for years. Everybody has a card and a login.
"""

from datetime import UTC, datetime

from harness import ground
from harness.measure import say, scaled, stopwatch

MEMBERS = 1_000_000
ROUNDS_OF_PURCHASES = 9
REGULARS = 50
PURCHASES_OF_A_REGULAR = 2_000
BEGAN = datetime(2024, 2, 1, tzinfo=UTC)
ENDED = datetime(2026, 2, 1, tzinfo=UTC)

NAMES = """
SELECT id, (ARRAY['Anna','Bram','Chris','Daan','Emma','Fatima','Gijs','Hanna','Iris','Jan','Karin',
  'Lars','Maria','Noor','Omar','Piet','Quinten','Roos','Sanne','Tim'])[1 + id * 7 %% 20]
  || ' ' || (ARRAY['Bakker','de Boer','van Dijk','Dekker','Hendriks','Jansen','de Jong','Meijer',
  'Mulder','Peters','Smit','Visser','de Vries','de Wit','Yilmaz'])[1 + id * 11 %% 15]
  || ' ' || id AS name, 'member' || id || '@example.nl' AS email
  FROM generate_series(1::bigint, %(members)s) AS id
"""
STATEMENTS = {
    "logins": f"""
INSERT INTO members_user (id, password, is_superuser, email, name, language, is_staff, is_active,
       store, date_joined)
SELECT id, '!', false, email, name, 'nl', false, true, '', %(began)s FROM ({NAMES}) AS n
""",
    "members": f"""
INSERT INTO members_member (id, user_id, name, email, birthday, postal_code, language, status,
       joined_at, joined_through)
SELECT id, id, name, email, '1950-01-01'::date + (id %% 20000)::int,
       (1000 + id %% 9000) || ' AB', 'nl',
       CASE WHEN id %% 100 = 0 THEN 'frozen' ELSE 'active' END,
       %(began)s + id * interval '20 seconds', 'till'
  FROM ({NAMES}) AS n
""",
    "cards": """
INSERT INTO members_card (number, member_id, issued_at, block_reason)
SELECT body || (10 - (
         substr(body, 1, 1)::int + substr(body, 3, 1)::int + substr(body, 5, 1)::int
       + substr(body, 7, 1)::int + substr(body, 9, 1)::int + substr(body, 11, 1)::int
       + 3 * (substr(body, 2, 1)::int + substr(body, 4, 1)::int + substr(body, 6, 1)::int
       + substr(body, 8, 1)::int + substr(body, 10, 1)::int + substr(body, 12, 1)::int)) % 10) % 10,
       id, %(began)s, ''
  FROM (SELECT id, '20' || lpad((id * 7919::bigint)::text, 10, '0') AS body
          FROM generate_series(1::bigint, %(members)s) AS id) AS b
""".replace("% 10", "%% 10"),
    "accounts": """
INSERT INTO points_account (member_id, balance, debt, sequence, purchases, head, tier_id,
       tier_since, status_bound, status_days, latest_at, reviewed_under)
SELECT id, CASE WHEN id <= %(regulars)s THEN 7 * %(each)s::bigint ELSE 7 * 20 END, 0,
       CASE WHEN id <= %(regulars)s THEN %(each)s + 10 ELSE 10 END,
       CASE WHEN id <= %(regulars)s THEN %(each)s ELSE 9 END, sha256(id::text::bytea),
       CASE WHEN id %% 20 = 0 THEN 1 ELSE 0 END,
       CASE WHEN id %% 20 = 0 THEN %(began)s END, 1000, 365, %(ended)s, 0
  FROM generate_series(1::bigint, %(members)s) AS id
""",
}
# Of each purchase: whose, which of theirs, its place in time.
EVENTS = """
CREATE UNLOGGED TABLE crowd AS
SELECT k, 1 + (k * 7919) %% %(members)s AS member, (1 + (k - 1) / %(members)s)::int AS number,
       %(began)s + (%(ended)s - %(began)s) * (k::float8 / (%(rounds)s * %(members)s::bigint))
         AS at, 5 + k %% 60 AS points
  FROM generate_series(1, %(rounds)s * %(members)s::bigint) AS k
UNION ALL
SELECT 1000000000 + k, 1 + k %% %(regulars)s, (20 + k / %(regulars)s)::int,
       %(began)s + (%(ended)s - %(began)s) * (k::float8 / (%(regulars)s::bigint * %(each)s)), 5 + k %% 60
  FROM generate_series(1, %(regulars)s::bigint * %(each)s) AS k
ORDER BY at
"""
STATEMENTS |= {
    "events": EVENTS,
    "purchases": """
INSERT INTO points_purchase (id, source_id, receipt, member_id, placed_at, total, base, refunded,
       earned, taken, waived, status, tier_id, version_id, lot_id, store, till, cashier, channel,
       recorded_at)
SELECT member << 24 | number, %(source)s, 'R' || k, member, at, points + 0.5, points + 0.5, 0,
       points, 0, 0, points, 0, 1, member << 24 | number, 'Store ' || k %% 40, 'till ' || k %% 4,
       'cashier ' || k %% 9, '', at
  FROM crowd
""",
    "entries": """
INSERT INTO points_entry (id, member_id, sequence, kind, points, occurred_at, recorded_at,
       source_id, operation, actor, explanation, hash)
SELECT member << 24 | number, member, number, 1, points, at, at, %(source)s, 'R' || k, 'import:2',
       jsonb_build_object('base', (points + 0.5)::text, 'multiplier', '1', 'rate', '1', 'rounding',
         'down', 'status', points, 'tier', 0, 'total', (points + 0.5)::text, 'version', 1),
       sha256(k::text::bytea)
  FROM crowd
""",
    "lots": """
INSERT INTO points_lot (id, member_id, points, remaining, expired, available_at, expires_at,
       cause_id)
SELECT member << 24 | number, member, points,
       CASE WHEN at > %(ended)s - interval '300 days' THEN points ELSE 0 END, 0, at,
       date_trunc('day', at) + interval '365 days', member << 24 | number
  FROM crowd
""",
    "redemptions": """
INSERT INTO points_entry (id, member_id, sequence, kind, points, occurred_at, recorded_at,
       source_id, operation, actor, explanation, hash)
SELECT id << 24 | 11, id, 11, 4, -20, %(ended)s - interval '1 day', %(ended)s - interval '1 day',
       1, 'redeemed-' || id, 'user:1', '{}', sha256(id::text::bytea)
  FROM generate_series(1::bigint, %(members)s) AS id
""",
    "terms": """
INSERT INTO members_terms (id, number, text_nl, text_en, published_at)
VALUES (1, 1, 'Voorwaarden', 'Terms', %(began)s)
""",
    "acceptances": """
INSERT INTO members_acceptance (member_id, terms_id, accepted_at)
SELECT id, 1, %(began)s FROM generate_series(1::bigint, %(members)s) AS id
""",
    "people": """
SELECT setval(pg_get_serial_sequence('members_user', 'id'), %(members)s),
       setval(pg_get_serial_sequence('members_member', 'id'), %(members)s)
""",
}


def make_crowd(source_id: int) -> int:
    """Fill the database unless an earlier run has; return how many members there are."""
    values = {
        "members": scaled(MEMBERS, least=2_000),
        "rounds": ROUNDS_OF_PURCHASES,
        "regulars": REGULARS,
        "each": scaled(PURCHASES_OF_A_REGULAR, least=100),
        "began": BEGAN,
        "ended": ENDED,
        "source": source_id,
    }
    with ground.superuser() as superuser, stopwatch() as seconds:
        if superuser.execute("SELECT count(*) FROM members_user").fetchone()[0] < values["members"]:
            superuser.execute("SET synchronous_commit = off")
            for name, statement in STATEMENTS.items():
                superuser.execute(statement, values)
                say(f"  {name} after {seconds():.0f} s")
            superuser.execute("DROP TABLE crowd")
            superuser.execute("VACUUM ANALYZE")
        size = superuser.execute("SELECT pg_database_size(current_database())").fetchone()
    say(f"{values['members']:,} members in {seconds():.0f} s, {size[0] / 1e9:.1f} GB")
    return values["members"]
