"""The embedded PostgreSQL: its data directory, its process, its roles."""

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from loyalty_site.embedded.binaries import postgres_home
from loyalty_site.embedded.failure import EmbeddedError
from loyalty_site.embedded.layout import (
    Layout,
    own_directory,
    server_account,
)
from loyalty_site.embedded.options import postgres_settings, server_environment
from loyalty_site.embedded.process import died, server_identity, start_server
from loyalty_site.embedded.servers import (
    APPLICATION,
    DATABASE,
    OWNER,
    SUPERUSER,
    postgres_url,
)

# "Fast shutdown": running transactions are rolled back, the data is flushed.
STOP_SIGNAL = signal.SIGINT
NEEDED_BYTES = 150 * 1024 * 1024
INITDB_OPTIONS = [
    f"--username={SUPERUSER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]
# What a role is not given here, such as being a superuser, it does not have.
CREATE_ROLE = {
    OWNER: "CREATE ROLE {} LOGIN CREATEDB",
    APPLICATION: "CREATE ROLE {} LOGIN",
}


def prepare_data(layout: Layout) -> None:
    """Make the data directory on the first start; check it on later ones."""
    if (layout.postgres_data / "PG_VERSION").exists():
        refuse_others_data(layout)
        # Whoever wrote it has gone: the servers' lock is ours. After a restart of the
        # machine the number may be another program's, and PostgreSQL would not start.
        (layout.postgres_data / "postmaster.pid").unlink(missing_ok=True)
        return
    refuse_full_disk(layout)
    unfinished = layout.state / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    own_directory(unfinished)
    initdb: list[str | Path] = [
        postgres_home(layout) / "bin" / "initdb",
        "-D",
        unfinished,
        *INITDB_OPTIONS,
    ]
    if postgres_settings().get("fsync") == "off":
        initdb.append("--no-sync")
    with layout.postgres_log.open("ab") as log:
        done = subprocess.run(
            initdb,
            check=False,
            stdout=log,
            stderr=log,
            cwd="/",
            env=server_environment(),
            **server_identity(),
        )
    if done.returncode:
        raise EmbeddedError(died("PostgreSQL's initdb", layout.postgres_log))
    unfinished.rename(layout.postgres_data)


def refuse_others_data(layout: Layout) -> None:
    """Raise if the data was made by another user, as after a first start as root."""
    if (layout.postgres_data / "PG_VERSION").stat().st_uid != server_account().uid:
        raise EmbeddedError(
            f"{layout.postgres_data} was made by another user: "
            "run as that user, or set EMBEDDED_DIR to a directory of your own."
        )


def refuse_full_disk(layout: Layout, needed: int = NEEDED_BYTES) -> None:
    """Raise if a new database would not fit."""
    free = shutil.disk_usage(layout.state).free
    if free < needed:
        raise EmbeddedError(
            f"Only {free // 1024**2} MB free in {layout.state}, PostgreSQL needs "
            f"{needed // 1024**2} MB: free some, or set EMBEDDED_DIR to another disk."
        )


def start_postgres(layout: Layout, held_lock: int) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on its socket, without a port."""
    settings = postgres_settings() | {"unix_socket_directories": str(layout.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return start_server(
        [postgres_home(layout) / "bin" / "postgres", "-D", layout.postgres_data, *options],
        log=layout.postgres_log,
        stop_signal=STOP_SIGNAL,
        held_lock=held_lock,
    )


def is_up(layout: Layout) -> bool:
    """Whether PostgreSQL takes connections."""
    try:
        psycopg.connect(postgres_url(layout, SUPERUSER, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_roles(layout: Layout) -> None:
    """
    Make the two roles and the owner's database, if they are not there.

    The application owns nothing, so no setting of its session can switch off a trigger.
    """
    address = postgres_url(layout, SUPERUSER, "postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        for role, statement in CREATE_ROLE.items():
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                connection.execute(sql.SQL(statement).format(sql.Identifier(role)))
        query = "SELECT FROM pg_database WHERE datname = %s"
        if not connection.execute(query, [DATABASE]).rowcount:
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
