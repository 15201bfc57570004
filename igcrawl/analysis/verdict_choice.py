"""Verdicts of walks as an option names them: one, or several with commas between them."""

from __future__ import annotations

from igcrawl.errors import BadInput
from igcrawl.verdict import OPEN, Verdict
from igcrawl.wording import did_you_mean, nearest


def read_verdicts(option: str, given: str | None, *, may_be_open: bool) -> list[str]:
    """Return the verdicts that an option names; none where it was not given.

    Args:
        option: its name, for the message.
        given: its value, None without.
        may_be_open: whether it takes `OPEN`, too. What the output calls interrupted has no verdict in the store: it
            goes on, and means the same.

    Raises:
        BadInput: there is no such verdict.
    """
    known = [*([OPEN] if may_be_open else []), *(verdict.value for verdict in Verdict)]
    verdicts = [] if given is None else [each.strip() for each in given.split(",")]
    for value in verdicts:
        if value not in known:
            meant = did_you_mean(nearest(value, known))
            raise BadInput(f"{option}={value}: expected one of {', '.join(known)}; {meant}".rstrip("; "))
    return [OPEN if may_be_open and each == Verdict.INTERRUPTED else each for each in verdicts]
