"""File locks that the kernel drops with the process, kill -9 included."""

import fcntl
import time
from pathlib import Path
from typing import BinaryIO

POLL_SECONDS = 0.03


def take(path: Path, *, shared: bool = False, timeout: float = 0) -> BinaryIO | None:
    """Lock the file and return it, or None; closing the file lets go."""
    file = path.open("ab")
    deadline = time.monotonic() + timeout
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(POLL_SECONDS)
        else:
            return file


def is_held(path: Path) -> bool:
    """Whether some process holds the file exclusively."""
    # A shared probe, so that two processes that look at once do not see each other.
    file = take(path, shared=True)
    if file is None:
        return True
    file.close()
    return False
