"""
A database of the benchmark's own, on the embedded servers, as durable as in a shop.

Importing this makes it, migrates it as its owner and prepares Django to use it as the
application's role; it is dropped when the benchmark ends, unless BENCH_KEEP asks to keep it for
the next run.
"""

import atexit
import os
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("EMBEDDED_DIR", str(PROJECT / ".run" / "bench"))

from loyalty_site.embedded import attach  # noqa: E402

SERVERS = attach()
NAME = f"bench_{Path(sys.argv[0]).stem}"
KEEP = os.environ.get("BENCH_KEEP") == "1"
APPLICATION = make_conninfo(SERVERS.database_url, dbname=NAME)
SUPERUSER = make_conninfo(SERVERS.superuser_url, dbname=NAME)
os.environ.update(
    DJANGO_SETTINGS_MODULE=os.environ.get("DJANGO_SETTINGS_MODULE", "loyalty_site.settings"),
    DATABASE_URL=APPLICATION,
    DATABASE_OWNER_URL=make_conninfo(SERVERS.owner_url, dbname=NAME),
    REDIS_URL=SERVERS.redis_url,
    # The debug setting keeps every statement it was ever asked.
    DEBUG="0",
    SECRET_KEY="a benchmark signs nothing",  # noqa: S106
    VOUCHER_KEY="nor seals anything",
)

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402


def drop() -> None:
    connections.close_all()
    close_pools()
    with psycopg.connect(SERVERS.superuser_url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
        )


def close_pools() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close_pool()


def make() -> None:
    if not KEEP:
        drop()
        atexit.register(drop)
    with psycopg.connect(SERVERS.owner_url, autocommit=True) as owner:
        known = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone()
        if not known:
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    django.setup()
    call_command("migrate", database="owner", verbosity=0)
    with psycopg.connect(APPLICATION) as application:
        settings = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        shown = [f"{name} {application.execute(f'SHOW {name}').fetchone()[0]}" for name in settings]
    print(f"{NAME}: PostgreSQL {', '.join(shown)}", flush=True)


def superuser() -> psycopg.Connection:
    """Connect as whom no trigger and no foreign key stops, to prepare and to put back."""
    connection = psycopg.connect(SUPERUSER, autocommit=True)
    connection.execute("SET session_replication_role = replica")
    return connection


def application() -> psycopg.Connection:
    """Connect as the application does, without Django."""
    return psycopg.connect(APPLICATION)


make()
