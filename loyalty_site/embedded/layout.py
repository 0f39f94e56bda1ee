"""Where the embedded servers keep their data, sockets, locks and logs."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from loyalty_site.embedded.failure import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]
POSTGRES_SOCKET = ".s.PGSQL.5432"
# The address of a Unix socket holds 107 bytes; PostgreSQL adds ".lock" beside its own.
LONGEST_SOCKET = 100
# Anybody may write there, so `own_directory` refuses what is not ours.
SHORT_PLACE = Path("/tmp")  # noqa: S108
FALLBACK_STATE = Path("/var/tmp")  # noqa: S108


@dataclass(frozen=True)
class Account:
    """The user and group that the servers run as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Layout:
    """The names of everything in one state directory."""

    state: Path

    @classmethod
    def find(cls, state_dir: Path | None = None) -> "Layout":
        """Choose the state directory, and make it if need be."""
        wanted = state_dir or Path(os.environ.get("EMBEDDED_DIR") or PROJECT / ".run")
        state = wanted.resolve()
        make_writable(state)
        if runs_as_other_user() and not is_reachable(state / "s"):
            state = own_directory(FALLBACK_STATE / f"klaver-{short_hash(state)}", mode=0o711)
        return cls(state)

    @property
    def sockets(self) -> Path:
        """The directory of both sockets: beside the data, or in /tmp if that is too long."""
        beside = self.state / "s"
        if len(os.fsencode(beside / f"{POSTGRES_SOCKET}.lock")) <= LONGEST_SOCKET:
            return beside
        return SHORT_PLACE / f"klaver-{os.geteuid()}-{short_hash(self.state)}"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def postgres_data(self) -> Path:
        return self.state / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.state / "valkey"

    @property
    def postgres_log(self) -> Path:
        return self.state / "postgres.log"

    @property
    def valkey_log(self) -> Path:
        return self.state / "valkey.log"

    @property
    def supervisor_log(self) -> Path:
        return self.state / "supervisor.log"

    @property
    def users_lock(self) -> Path:
        """Held, shared, by every process that uses the servers."""
        return self.state / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held by the process that starts a supervisor."""
        return self.state / "start.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.state / "supervisor.lock"

    @property
    def servers_lock(self) -> Path:
        """Held by the servers themselves too, so that two never share one directory."""
        return self.state / "servers.lock"

    @property
    def ready(self) -> Path:
        """There while the servers answer."""
        return self.state / "ready"

    @property
    def failure(self) -> Path:
        """Why the last start failed, for whoever waits for it."""
        return self.state / "failure"


def runs_as_other_user() -> bool:
    """Whether the servers get an account of their own: PostgreSQL refuses to run as root."""
    return os.geteuid() == 0


def server_account() -> Account:
    """Return the account that the servers run as."""
    if not runs_as_other_user():
        return Account(os.geteuid(), os.getegid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL cannot run as root and there is no user `nobody`: "
            "run as another user, or set DATABASE_URL and REDIS_URL."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def make_writable(state: Path) -> None:
    """Make the state directory, or say that we may not write there."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        (state / "users.lock").open("ab").close()
    except OSError as error:
        raise EmbeddedError(
            f"Cannot write to {state} ({error.strerror}): "
            "set EMBEDDED_DIR to a directory of your own."
        ) from error


def is_reachable(path: Path) -> bool:
    """Whether an account without privileges can walk down to the path."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def own_directory(path: Path, *, mode: int = 0o700) -> Path:
    """Make a directory for the servers, or check that the one there is ours."""
    account = server_account()
    try:
        path.mkdir(mode=mode, parents=True)
        path.chmod(mode)
    except FileExistsError:
        refuse_foreign(path, account)
    if runs_as_other_user() and mode == 0o700:
        os.chown(path, account.uid, account.gid)
    return path


def refuse_foreign(path: Path, account: Account) -> None:
    """Raise if the directory is someone else's, as anybody may make one in /tmp."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise EmbeddedError(
            f"{path} belongs to another user: remove it, or set EMBEDDED_DIR to another directory."
        )


def short_hash(path: Path) -> str:
    """Return a name for the path that is short and always the same."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
