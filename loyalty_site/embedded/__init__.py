"""Real PostgreSQL and Valkey, started on demand where none are configured."""

from loyalty_site.embedded.attach import attach
from loyalty_site.embedded.failure import EmbeddedError
from loyalty_site.embedded.servers import Servers, django_database

__all__ = ["EmbeddedError", "Servers", "attach", "django_database"]
