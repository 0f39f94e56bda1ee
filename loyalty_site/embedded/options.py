"""What the environment says about the embedded servers."""

import os

from loyalty_site.embedded.failure import EmbeddedError

DEFAULT_GRACE_SECONDS = 3.0
POSTGRES_DEFAULTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "dynamic_shared_memory_type": "posix",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def grace_seconds() -> float:
    """Return how long the servers stay up after their last user has gone."""
    text = os.environ.get("EMBEDDED_GRACE") or str(DEFAULT_GRACE_SECONDS)
    try:
        return float(text)
    except ValueError as error:
        raise EmbeddedError(f"EMBEDDED_GRACE={text} is not a number of seconds.") from error


def postgres_settings() -> dict[str, str]:
    """Return PostgreSQL's settings: ours, then those in EMBEDDED_POSTGRES."""
    settings = dict(POSTGRES_DEFAULTS)
    for setting in filter(None, os.environ.get("EMBEDDED_POSTGRES", "").split(";")):
        name, equals, value = setting.partition("=")
        if not equals:
            raise EmbeddedError(f"EMBEDDED_POSTGRES: `{setting}` is not a name=value.")
        settings[name.strip()] = value.strip()
    return settings


def server_environment() -> dict[str, str]:
    """Return the little of our environment that the servers may depend on."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
