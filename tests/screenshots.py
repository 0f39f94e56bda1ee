"""Takes pictures of every portal page: `make screenshots`."""

import sys
from pathlib import Path

import pytest

PICTURES = Path(__file__).with_name("journeys") / "pictures.py"

if __name__ == "__main__":
    sys.exit(pytest.main([str(PICTURES), "-q", "-n", "2", "-p", "no:randomly", *sys.argv[1:]]))
