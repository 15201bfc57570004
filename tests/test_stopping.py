"""Ctrl-C ends a crawl cleanly: the page on its way is written, the walk has a verdict, nothing more is asked."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import read_jsonl
from tests.support import crawls


@pytest.mark.parametrize("fault", [{"kind": "delay", "delay": 0.3}, {"kind": "status", "status": 500, "nth": 5}])
def test_ctrl_c_writes_whole_pages_and_an_interrupted_verdict(
    simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, fault: dict[str, object]
) -> None:
    simulator.faults.add(operation="followers", **fault)
    command = ("crawl", "followers", "-a", "user_id=100000009", "-O", "x.jsonl")
    crawl = crawls.start(*command, folder=tmp_path, **at_simulator)
    try:
        crawls.until(lambda: len(simulator.requests) >= 5)
        crawl.signal(signal.SIGINT)
        assert crawl.wait(20) == 1, crawl.log
    finally:
        crawl.kill()
    assert "Traceback" not in crawl.log
    *records, walk = read_jsonl(tmp_path / "x.jsonl")
    assert walk["verdict"] == "interrupted"
    assert walk["records"] == len(records) - 1
    assert walk["requests"] == len(simulator.requests)
    answered = [request for request in simulator.requests if request.status == 200]
    assert walk["pages"] == len(answered) - 1


def test_targets_that_were_not_asked_have_a_verdict_too(
    simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    simulator.faults.add(operation="user_profile", kind="delay", delay=0.3)
    ids = ["25025320", "100000001", "100000003", "100000004", "100000005", "100000006"]
    command = ("crawl", "profiles", "-a", f"user_ids={','.join(ids)}", "-O", "x.jsonl")
    crawl = crawls.start(*command, folder=tmp_path, **at_simulator)
    try:
        crawls.until(lambda: len(simulator.requests) >= 2)
        crawl.signal(signal.SIGINT)
        assert crawl.wait(20) == 1, crawl.log
    finally:
        crawl.kill()
    walks = [record for record in read_jsonl(tmp_path / "x.jsonl") if record["type"] == "walk"]
    assert [walk["target"] for walk in walks] == ids
    assert walks[-1]["verdict"] == "interrupted"
    assert sum(walk["requests"] for walk in walks) == len(simulator.requests) < len(ids)
