"""Settings of the test suite: its own servers, one broker and cache number a worker."""

import os
from pathlib import Path

os.environ.setdefault("EMBEDDED_DIR", str(Path(__file__).resolve().parent.parent / ".run" / "test"))
os.environ.setdefault("EMBEDDED_POSTGRES", "fsync=off;synchronous_commit=off;full_page_writes=off")

from loyalty_site.settings import *  # noqa: F403
from loyalty_site.settings import SERVERS, connections_from, database, redis_database  # noqa: F401

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DATABASES = {
    "default": database(SERVERS.application, pool=False),
    "owner": database(SERVERS.owner, pool=False),
}
# Plans made while a table was empty stay with the connection, foreign keys' among them; a
# thousand tests share one. With indexes preferred they stay right when a test fills the table.
DATABASES["default"]["OPTIONS"]["options"] = "-c enable_seqscan=off"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_database(SERVERS.redis, 2 + WORKER),
    },
}
INSTALLED_APPS = [*INSTALLED_APPS, "tests"]  # noqa: F405
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
