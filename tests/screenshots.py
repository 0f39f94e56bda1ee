"""Takes pictures of every portal page and every mail: `make screenshots`."""

import sys
from pathlib import Path

import pytest

JOURNEYS = Path(__file__).with_name("journeys")
PICTURES = [str(JOURNEYS / name) for name in ("pictures.py", "mail_pictures.py")]

if __name__ == "__main__":
    sys.exit(pytest.main([*PICTURES, "-q", "-n", "2", "-p", "no:randomly", *sys.argv[1:]]))
