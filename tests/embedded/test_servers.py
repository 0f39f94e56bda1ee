"""What the servers are, and what each role may do there."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis
from psycopg import errors

from loyalty_site.embedded import Servers, attach, django_database
from tests.embedded.users import User, processes_in


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def state_of(servers: Servers) -> Path:
    return Path(django_database(servers.database_url)["HOST"]).parent


def test_postgresql_is_18_and_speaks_utf8_and_utc(servers):
    (answer,) = ask(
        servers.database_url,
        "SELECT current_setting('server_version_num')::int / 10000,"
        " current_setting('server_encoding'), current_setting('TimeZone')",
    )

    assert answer == (18, "UTF8", "UTC")


def test_postgresql_waits_for_the_disk_unless_told_otherwise(servers):
    assert ask(servers.database_url, "SHOW synchronous_commit") == [("on",)]


def test_valkey_logs_every_write_and_evicts_nothing(servers):
    with redis.Redis.from_url(servers.redis_url) as valkey:
        settings = valkey.config_get("appendonly", "maxmemory-policy", "databases")

    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert int(settings["databases"]) >= 64


def test_nobody_else_on_the_machine_can_reach_the_sockets(servers):
    sockets = Path(django_database(servers.database_url)["HOST"])

    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert ask(servers.superuser_url, "SHOW listen_addresses") == [("",)]


def test_a_second_user_shares_the_servers(servers):
    state = state_of(servers)
    before = processes_in(state)

    second = User(state)
    address = second.wait_until_attached()
    second.leave()

    assert address == servers.database_url
    assert processes_in(state) == before


def test_attaching_twice_in_one_process_gives_the_same_addresses(servers):
    state = state_of(servers)

    assert attach(state) == attach(state) == servers


def test_the_application_owns_nothing_and_has_no_privileges(servers):
    (rights,) = ask(
        servers.database_url,
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
        " FROM pg_roles WHERE rolname = current_user",
    )
    owned = ask(
        servers.database_url,
        "SELECT 1 FROM pg_shdepend WHERE deptype = 'o' AND refobjid = current_user::regrole",
    )

    assert not any(rights)
    assert owned == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "SET session_replication_role = replica",
        "SET ROLE klaver_owner",
    ],
)
def test_the_application_may_not(servers, statement):
    with (
        psycopg.connect(servers.database_url, autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_owner_owns_the_database_and_is_no_superuser(servers):
    (answer,) = ask(
        servers.owner_url,
        "SELECT current_user::text, datdba::regrole::text, rolsuper, rolcreatedb"
        " FROM pg_database, pg_roles WHERE datname = 'klaver' AND rolname = current_user",
    )

    assert answer == ("klaver_owner", "klaver_owner", False, True)


def test_the_owner_can_make_databases_and_fill_them(servers):
    other = servers.owner_url.replace("/klaver?", "/klaver_other?")

    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE klaver_other")
    with psycopg.connect(other) as connection:
        connection.execute("CREATE TABLE mine (id int)")
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
        (row,) = connection.execute("SELECT one()").fetchall()
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE klaver_other")

    assert row == (1,)


def test_the_addresses_fit_django(servers):
    settings = django_database(servers.database_url)

    sockets = parse_qs(urlsplit(servers.database_url).query)["host"][0]
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["NAME"], settings["USER"]) == ("klaver", "klaver_app")
    assert (settings["HOST"], settings["PORT"], settings["PASSWORD"]) == (sockets, "", "")


def test_an_address_of_another_server_keeps_its_options():
    settings = django_database("postgresql://me:p%40ss@db.example:5433/shop?sslmode=require")

    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
