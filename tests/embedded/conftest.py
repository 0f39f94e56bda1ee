"""Servers of their own for these tests, which stop soon and skip the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty_site.embedded import Servers
from tests.embedded.users import state_directory, user_of

QUICK = {
    "EMBEDDED_GRACE": "0.3",
    "EMBEDDED_POSTGRES": "fsync=off;shared_buffers=16MB",
}


@pytest.fixture(scope="session", autouse=True)
def quick_servers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICK.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory in which nothing has been started yet."""
    with state_directory() as directory:
        yield directory


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Running servers, for tests that only look."""
    with state_directory() as directory, user_of(directory) as running:
        yield running


@pytest.fixture(scope="module")
def lived_in() -> Iterator[Path]:
    """A state directory that tests may start and stop servers in, one after the other."""
    with state_directory() as directory:
        yield directory
