"""Where the servers are reached."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from loyalty_site.embedded.layout import Layout

DATABASE = "klaver"
SUPERUSER = "postgres"
OWNER = "klaver_owner"
APPLICATION = "klaver_app"


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers, one per database role."""

    database_url: str
    owner_url: str
    superuser_url: str
    redis_url: str


def servers_at(layout: Layout) -> Servers:
    """Return the addresses; they stay the same however often the servers restart."""
    return Servers(
        database_url=postgres_url(layout, APPLICATION),
        owner_url=postgres_url(layout, OWNER),
        superuser_url=postgres_url(layout, SUPERUSER),
        redis_url=f"unix://{quote(str(layout.valkey_socket))}",
    )


def postgres_url(layout: Layout, role: str, database: str = DATABASE) -> str:
    """Return an address that libpq, psycopg and `django_database` understand."""
    return f"postgresql://{role}@/{database}?host={quote(str(layout.sockets))}"


def django_database(url: str) -> dict[str, Any]:
    """Turn any libpq address into an entry of Django's DATABASES."""
    given = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
        "OPTIONS": dict(given),
    }
