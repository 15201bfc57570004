"""Values of settings as the command line, the environment and Python give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from igcrawl.errors import BadInput

_MOST_DIGITS: Final = 20
_TRUTHS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def read_truth(settings: Mapping[str, Any], name: str) -> bool:
    """Return a setting that is True or False.

    Raises:
        BadInput: it is neither.
    """
    value = settings.get(name)
    if isinstance(value, bool):
        return value
    truth = _TRUTHS.get(str(value if value is not None else "").strip().lower())
    if truth is None:
        raise BadInput(f"{name}: expected True or False, got {value!r}")
    return truth


def read_truth_or_auto(settings: Mapping[str, Any], name: str) -> bool | None:
    """Return a setting that is True, False or auto; None for the last, also when it is empty.

    Raises:
        BadInput: it is none of them.
    """
    value = settings.get(name)
    if value is None or str(value).strip().lower() in {"auto", ""}:
        return None
    try:
        return read_truth(settings, name)
    except BadInput:
        raise BadInput(f"{name}: expected auto, True or False, got {value!r}") from None


def read_seconds(settings: Mapping[str, Any], name: str, most: int) -> float:
    """Return a setting in seconds, 0 when it is not set.

    Raises:
        BadInput: it is no number from 0 to `most`.
    """
    value = settings.get(name) or 0
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds <= most:
        raise BadInput(f"{name}: expected seconds from 0 to {most}, got {value!r}")
    return seconds


def read_count(value: Any, name: str, most: int) -> int:
    """Return a whole number.

    Args:
        value: as it was given.
        name: where it was given.
        most: the largest that is allowed.

    Raises:
        BadInput: it is none from 1 to `most`.
    """
    text = str(value).strip()
    # Python reads no more than a few thousand digits.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
    if isinstance(value, bool) or not 1 <= number <= most:
        raise BadInput(f"{name}: expected a whole number from 1 to {most}, got {text[:60]!r}")
    return int(text)
