"""Time taken in turn, medians, memory, and the line of figures that every benchmark ends with."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SAMPLE_SECONDS = 0.1


def scaled(number: int, *, least: int = 1) -> int:
    """Return a size of the benchmark, smaller where BENCH_SCALE asks for less."""
    return max(least, round(number * SCALE))


def say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Give a function that tells the seconds within the block, also after it."""
    ended: list[float] = []
    began = perf_counter()
    yield lambda: (ended[0] if ended else perf_counter()) - began
    ended.append(perf_counter())


def in_turn(rounds: int = ROUNDS, **runs: Callable[[], float]) -> dict[str, list[float]]:
    """Run each in turn, some rounds, so that noise falls on all; return the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(1, rounds + 1):
        for name, run in runs.items():
            seconds[name].append(run())
        took = ", ".join(f"{name} {values[-1]:.2f} s" for name, values in seconds.items())
        say(f"  round {number}: {took}")
    return seconds


def report(
    name: str, *, ours: float, floor: float, ratio: float, unit: str, **more: object
) -> None:
    """Print the figures as the last line."""
    figures = {"name": name, "ours": ours, "floor": floor, "ratio": ratio, "unit": unit} | more
    rounded = {
        key: round(value, 3) if isinstance(value, float) else value
        for key, value in figures.items()
    }
    say(json.dumps(rounded))


class Memory:
    """The peak of this process and its children together; shared pages count once."""

    def __init__(self) -> None:
        self.peak = 0
        self._done = threading.Event()

    def __enter__(self) -> "Memory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def megabytes(self) -> int:
        return self.peak // 1024

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(proportional_kilobytes, family(os.getpid()))))


def family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read(children).split():
            yield from family(int(child))


def proportional_kilobytes(pid: int) -> int:
    for line in read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
