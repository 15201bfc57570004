"""Clients that others wrote, each in a virtual environment of its own below a cache folder, made when it is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

#: The versions that are driven; what is patched in each is in `peer_followers.py`.
VERSIONS = {"aiograpi": "2.1.2", "instagrapi": "3.2.2", "instaloader": "4.16"}


def cache_folder() -> Path:
    """Return where the environments are: `IGCRAWL_BENCH_CACHE`, or the user's cache folder."""
    given = os.environ.get("IGCRAWL_BENCH_CACHE")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else cache / "igcrawl-bench"


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer's environment, which may not be there yet."""
    return cache_folder() / f"{peer}-{VERSIONS[peer]}" / "bin" / "python"


def installed() -> list[str]:
    """Return the peers whose environments are there."""
    return [peer for peer in VERSIONS if _mark(peer).exists()]


def install() -> None:
    """Make the environments that are missing; one that cannot be made is named and left out."""
    for peer in _missing():
        print(f"installing {peer} {VERSIONS[peer]} into {python_of(peer).parents[1]}", flush=True)
        commands = [
            [sys.executable, "-m", "venv", "--clear", str(python_of(peer).parents[1])],
            [str(python_of(peer)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _named(peer)],
        ]
        for command in commands:
            if subprocess.run(command, check=False).returncode:
                print(f"{peer} {VERSIONS[peer]} cannot be installed; its row is left out")
                break
        else:
            _mark(peer).touch()


def _missing() -> Iterator[str]:
    yield from (peer for peer in VERSIONS if not _mark(peer).exists())


def _mark(peer: str) -> Path:
    # An installation that was broken off has none.
    return python_of(peer).parents[1] / "installed"


def _named(peer: str) -> str:
    return f"{peer}=={VERSIONS[peer]}"


if __name__ == "__main__":
    install()
