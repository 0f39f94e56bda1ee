"""The site's own settings, its static files gathered beside the benchmark's database."""

import os

from loyalty_site.settings import *  # noqa: F403
from loyalty_site.settings import STATE_DIR

ROOT_URLCONF = os.environ.get("BENCH_URLS", "harness.bare")
ALLOWED_HOSTS = ["localhost"]
STATIC_ROOT = STATE_DIR / "static"
# Requests come as through a proxy that speaks HTTPS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
