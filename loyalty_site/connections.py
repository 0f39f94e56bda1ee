"""Where the servers are: the environment's, or the embedded ones."""

from dataclasses import dataclass
from typing import Any

import environ

from loyalty_site.embedded import attach, django_database

POOL = {"min_size": 1, "max_size": 8, "timeout": 10}
PREPARE_AFTER = 5
"""How often a connection sends a statement before it asks the server to keep its plan."""


@dataclass(frozen=True, slots=True)
class Connections:
    """Addresses as URLs; `owner` migrates, `application` owns nothing."""

    application: str
    owner: str
    redis: str


def connections_from(env: environ.Env) -> Connections:
    """Take what the environment names and start embedded servers for what it does not."""
    application = env.str("DATABASE_URL", default="")
    redis = env.str("REDIS_URL", default="")
    if application and redis:
        owner = env.str("DATABASE_OWNER_URL", default=application)
        return Connections(application=application, owner=owner, redis=redis)
    servers = attach()
    return Connections(
        application=application or servers.database_url,
        owner=env.str("DATABASE_OWNER_URL", default=application) or servers.owner_url,
        redis=redis or servers.redis_url,
    )


def database(url: str, *, pool: bool) -> dict[str, Any]:
    """Django's settings of one database address."""
    settings = django_database(url)
    # Only the ledger's statements for one event are prepared. A PgBouncer before them keeps
    # them from its version 1.21 on.
    settings["OPTIONS"]["prepare_threshold"] = PREPARE_AFTER
    if pool:
        settings["OPTIONS"]["pool"] = POOL
    return settings


def redis_database(url: str, number: int) -> str:
    """The same server's numbered database, as redis-py spells it."""
    if url.startswith("unix://"):
        return f"{url.split('?', maxsplit=1)[0]}?db={number}"
    scheme, rest = url.split("://", 1)
    address = rest.split("/", 1)[0]
    return f"{scheme}://{address}/{number}"


def broker(url: str, number: int) -> str:
    """The same server's numbered database, as Celery spells it."""
    if url.startswith("unix://"):
        path = url.removeprefix("unix://").split("?")[0]
        return f"redis+socket://{path}?virtual_host={number}"
    return redis_database(url, number)
