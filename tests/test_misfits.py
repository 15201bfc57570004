"""A misfit never costs a page: whatever one value is changed to, all that it does not decide comes out whole.

`make fuzz` tries every case of every recorded answer; the suite tries some of each, other ones in each run. What fails
names its case; `MISFITS_SEED` tries the same ones again.
"""

from __future__ import annotations

import os
import random
from itertools import islice

import pytest

from tests.support.misfits.answers import Answer, answers
from tests.support.misfits.cases import cases
from tests.support.misfits.truth import Truth

SEED = int(os.environ.get("MISFITS_SEED", random.SystemRandom().randrange(10**6)))
#: Cases of an answer; None for all.
TRIED = None if os.environ.get("MISFITS") == "all" else int(os.environ.get("MISFITS", "20"))
#: Entries of a list that are left: one to be changed, and one that must not mind.
ENTRIES = 2


@pytest.mark.parametrize("answer", answers(ENTRIES), ids=lambda answer: f"{answer.operation}-{answer.file}")
def test_all_that_a_value_does_not_decide_comes_out_whole(answer: Answer) -> None:
    truth = Truth(answer)
    found = list(cases(truth))
    if TRIED is not None:
        found = random.Random(f"{SEED} {answer.operation}").sample(found, min(TRIED, len(found)))
    problems = list(islice((problem for case in found if (problem := case.problem()) is not None), 5))
    assert problems == [], f"MISFITS_SEED={SEED}"
