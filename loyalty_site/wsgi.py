"""What the web server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")

application = get_wsgi_application()
# All that was loaded stays: no page waits while the collector looks through it again.
gc.collect()
gc.freeze()
