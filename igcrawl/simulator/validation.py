"""Checks of what a call or a script says: known words, numbers in range. The errors are one line each."""

from collections.abc import Iterable
from difflib import get_close_matches

from igcrawl.simulator.errors import SimulatorError


def check_word(what: str, word: object, allowed: Iterable[str]) -> None:
    """Raise SimulatorError for a word that is none of those allowed; it names them, and the nearest."""
    words = tuple(allowed)
    if word in words:
        return
    near = get_close_matches(str(word), words, n=1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    raise SimulatorError(f"unknown {what} {word!r}{hint} (allowed: {', '.join(words)})")


def check_whole(name: str, value: object, lowest: int, highest: int) -> None:
    """Raise SimulatorError for anything but a whole number in this range."""
    if type(value) is not int or not lowest <= value <= highest:
        raise SimulatorError(f"{name} is a whole number from {lowest} to {highest}, not {value!r}")


def check_number(name: str, value: object, lowest: float, highest: float) -> None:
    """Raise SimulatorError for anything but a number in this range."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not lowest <= value <= highest:
        raise SimulatorError(f"{name} is a number from {lowest} to {highest}, not {value!r}")
