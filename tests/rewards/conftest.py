"""What tests of rewards share."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture
def english() -> Iterator[None]:
    """Let what is refused be said in English."""
    with override("en"):
        yield
