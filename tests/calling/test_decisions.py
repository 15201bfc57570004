"""The table of decisions: each row decides what it says, is reached, and is shown in the docs."""

from __future__ import annotations

import pytest

from igcrawl.calling.decisions import DECISIONS, MOST_REQUESTS, STEPS, Decision, Found, Step, decide, next_step
from igcrawl.errors import Sign

CASES = [
    pytest.param(row, sign, facts, id=f"{number}-{sign}")
    for number, row in enumerate(DECISIONS, 1)
    for sign in sorted(row.signs)
    for facts in [{step: found[0] for step, found in row.facts.items()}]
]
FREE = {Step.REGISTERED, Step.RECENT}


@pytest.mark.parametrize(("row", "sign", "facts"), CASES)
def test_a_row_decides_unless_one_above_it_does(row: Decision, sign: Sign, facts: dict[Step, Found]) -> None:
    above = next(each for each in DECISIONS if each.fits(sign, facts))
    assert decide(sign, facts) is above.meaning
    assert DECISIONS.index(above) <= DECISIONS.index(row)


def outcomes(sign: Sign, facts: dict[Step, Found], asked: int = 0) -> set[int]:
    """The rows to which a sign can lead, whatever is found; each way ends, after four requests at most."""
    fitting = next((number for number, row in enumerate(DECISIONS) if row.fits(sign, facts)), None)
    if fitting is not None:
        return {fitting}
    step = next_step(sign, facts)
    if step is None:
        return set()
    found = list(Found) if asked < MOST_REQUESTS else [Found.NONE]
    return set().union(*(outcomes(sign, {**facts, step: each}, asked + (each is not Found.NONE)) for each in found))


@pytest.mark.parametrize("sign", Sign)
def test_each_row_is_reached_by_some_sign_of_its_own(sign: Sign) -> None:
    reached = set()
    for registered in (Found.ANSWERED, Found.NONE):
        for recent in (Found.ANSWERED, Found.NONE):
            reached |= outcomes(sign, {Step.REGISTERED: registered, Step.RECENT: recent})
    assert reached
    missed = {
        number
        for number, row in enumerate(DECISIONS)
        if sign in row.signs and number not in reached and row.facts.keys() - FREE <= set(STEPS[sign])
    }
    # A row of several signs may be passed by for one of them, by a row above it that says the same.
    assert all(len(DECISIONS[number].signs) > 1 for number in missed), missed
