"""The suite's ground: a database made by its owner and used as the application's role."""

import os

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.utils import OperationalError
from django.utils import translation
from psycopg.errors import ObjectInUse

from members.branding_cache import forget_branding
from members.terms_cache import forget_terms
from rewards.coupon_cache import forget_coupon_rules
from rewards.reports.discounts import forget_discounts

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    owner = connections["owner"]
    owner.settings_dict["TEST"]["NAME"] = f"test_klaver_{worker}"
    live = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        name = owner.creation.create_test_db(verbosity=0, autoclobber=True)
        connections["default"].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = live
        try:
            owner.creation.destroy_test_db(live, verbosity=0)
        except OperationalError as error:
            # A session is still held; the next run drops the database before it makes its own.
            if not isinstance(error.__cause__, ObjectInUse):
                raise


@pytest.fixture(autouse=True)
def _fresh_start():
    cache.clear()
    forget_branding()
    forget_terms()
    forget_coupon_rules()
    forget_discounts()
    # A request leaves its language behind in the thread.
    translation.deactivate()
    return


@pytest.fixture
def now():
    """One fixed moment, so that no test depends on the day it is run."""
    return make.NOW


from tests import make  # noqa: E402
