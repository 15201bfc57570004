"""Importable names of the packages that stand at the top of a checkout and in `igcrawl` when installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def top_package(name: str) -> str:
    """Return the importable name of our spiders or pipelines.

    Args:
        name: ``spiders`` or ``pipelines``.
    """
    own = Path(__file__).parents[2] / name / "__init__.py"
    found = find_spec(name)
    if found is not None and found.origin is not None and own.exists() and own.samefile(found.origin):
        return name
    return f"igcrawl.{name}"
