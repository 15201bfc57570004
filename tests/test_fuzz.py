"""Whatever the server answers, the outcome is a page or a typed error: never a crash, never a bare KeyError.

`make fuzz` runs 200,000 cases and says which took longest; the suite runs 500, other ones in each run.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from igcrawl.calling.diagnosis import Answer, open_answer
from igcrawl.errors import AnswerError
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.json_lines import to_lines
from igcrawl.parsing.reader import Reading
from tests.support.mutations import ARGS, spoilt_answer

CASES = int(os.environ.get("FUZZ_CASES", "500"))
START = int(os.environ.get("FUZZ_START", random.randrange(200_000) if CASES < 5000 else 0))
#: CPU seconds that no case may take; None in the suite, where timings decide nothing.
SLOWEST = float(os.environ["FUZZ_SLOWEST"]) if "FUZZ_SLOWEST" in os.environ else None

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def read(operation_name: str, status: int, body: bytes) -> str:
    """Read an answer as a crawl does and say how it ended: ``page``, or the error's class."""
    operation = OPERATIONS[operation_name]
    args = {"user_id": "1", "query": "q", **ARGS.get(operation_name, {})}
    surface = operation.surface
    try:
        envelope = open_answer(Answer(operation_name, surface.is_graphql, status, body, kind=surface.answer_kind))
        records = operation.reader.read(envelope, Reading(operation_name, "walk", "time", args))
        if operation.paging is not None:
            operation.paging.page_end(envelope, operation_name, args, None)
        assert to_lines(records).count(b"\n") == len(records)
    except AnswerError as error:
        assert len(str(error).splitlines()) == 1
        return type(error).__name__
    return "page"


def timed(operation: str, status: int, body: bytes) -> float:
    started = time.process_time()
    read(operation, status, body)
    return time.process_time() - started


def test_spoilt_answers_are_pages_or_typed_errors() -> None:
    outcomes: dict[str, int] = {}
    slowest = (0.0, -1)
    for number in range(START, START + CASES):
        operation, status, body = spoilt_answer(number)
        started = time.process_time()
        try:
            outcome = read(operation, status, body)
        except Exception as crash:
            pytest.fail(f"case {number} ({operation}): {type(crash).__name__}: {crash}")
        took = time.process_time() - started
        if SLOWEST is not None and took > SLOWEST:
            # A collection of garbage can fall into any case: it is slow only if it is slow again.
            took = min(timed(operation, status, body) for _ in range(3))
        slowest = max(slowest, (took, number))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(f"cases {START} to {START + CASES}: {outcomes}; the slowest, {slowest[1]}, took {slowest[0] * 1000:.1f} ms")
    assert {"page", "Transient", "MalformedAnswer"} <= set(outcomes)
    assert SLOWEST is None or slowest[0] <= SLOWEST


@settings(
    max_examples=max(40, CASES // 20), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(operation=st.sampled_from(sorted(OPERATIONS)), answer=JSON, root=JSON)
def test_any_json_is_a_page_or_a_typed_error(operation: str, answer: Any, root: Any) -> None:
    head = OPERATIONS[operation].reader.parts[0].at
    wrapped: Any = root
    for step in reversed([step for step in head if isinstance(step, str)]):
        wrapped = {step: wrapped}
    for body in (answer, wrapped):
        try:
            content = orjson.dumps(body)
        except orjson.JSONEncodeError:
            continue
        read(operation, 200, content)


def test_nesting_without_end_is_an_error_on_every_operation() -> None:
    for name in OPERATIONS:
        for depth in (200, 500, 1000, 5000):
            nested = b'{"data":' + b'{"a":[' * depth + b"1" + b"]}" * depth + b"}"
            read(name, 200, nested)
            read(name, 200, nested + b"\n" + nested)
