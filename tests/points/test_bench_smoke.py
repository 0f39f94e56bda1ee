"""Each benchmark, tiny: it runs by itself and ends with its figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.drill

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "BENCH_SCALE": "0.01",
    "BENCH_ROUNDS": "1",
    "DJANGO_SETTINGS_MODULE": "loyalty_site.settings",
}


@pytest.mark.parametrize(
    "name",
    ["import", "posting", "expiry", "pages", "api", "replay", "audience", "mailing", "vouchers"],
)
def test_a_benchmark_ends_with_its_figures(name):
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / f"{name}.py"],
        env=os.environ | TINY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["name"] == name
    assert figures["ratio"] > 0
    assert {"ours", "floor", "unit"} <= set(figures)
