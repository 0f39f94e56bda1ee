"""Staff at their desk: logged in, second factor used."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.test import Client

from tests import make

SECRET = "JBSWY3DPEHPK3PXP"


def with_factor(user):
    TOTP.activate(user, SECRET)
    return user


def at_desk(user, *, used_at=None) -> Client:
    """Return a client of somebody who used the second factor at that time."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": used_at or time.time(), "type": Authenticator.Type.TOTP}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def boss(db):
    return with_factor(make.staff(superuser=True))


@pytest.fixture
def desk(boss) -> Client:
    """A superuser's client."""
    return at_desk(boss)


@pytest.fixture
def desk_of(db):
    """Return a maker of clients: staff with these permissions and no others."""

    def of(*permissions: str) -> Client:
        user = with_factor(make.staff())
        for permission in permissions:
            app, codename = permission.split(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )
        return at_desk(user)

    return of
