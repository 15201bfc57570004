"""Payload templates that ship inside the package, derived from recorded answers."""

import copy
import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def _loaded(name: str) -> Any:
    file = resources.files("igcrawl.simulator") / "data" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def payload(name: str) -> Any:
    """Return a fresh copy of `data/NAME.json`, for the caller to fill in."""
    return copy.deepcopy(_loaded(name))
