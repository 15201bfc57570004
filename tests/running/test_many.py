"""Many crawls live in one process, at once and one after another, and none has anything of another."""

from __future__ import annotations

import pytest

from igcrawl.simulator import Simulator
from igcrawl.wording import counted
from tests.running.conftest import Many, Own, in_memory, of_session
from tests.support.in_one_process import Done, Finished, OneProcess, one_process
from tests.support.leaks import found_in

TELLING = {"EXTENSIONS": {"tests.support.telling_extension.TellingExtension": 0}}


def check_own(many: Many, own: Own, done: Done) -> None:
    """A whole list came, and lines, records and counts are this crawl's and no other's."""
    outcome, records = done.outcome, own.records
    followers = list(many.simulator.graph.follower_ids(own.target))
    assert outcome["exit_code"] == 0, done.log
    assert outcome["verdicts"] == {"complete": 1}
    assert [record["pk"] for record in records if record["type"] == "follow"] == followers
    assert {record["walk"] for record in records} == {f"followers/{own.target}"}
    asked = [target for target, _ in many.asked if target == own.target]
    assert outcome["stats"]["igcrawl/requests"] == len(asked) == records[-1]["requests"]
    assert outcome["stats"]["igcrawl/records"] == len(records)
    verdict = f"followers/{own.target}: complete: {counted(len(followers), 'record')}"
    assert [line for line in done.lines if verdict in line]
    assert done.own_lines == done.lines
    logged = sum(count for name, count in outcome["stats"].items() if name.startswith("log_count/"))
    assert 0 < logged <= len(done.lines)


def check_apart(many: Many, all_own: list[Own], finished: Finished) -> None:
    """No target and no secret of one crawl stands in a line, a record or a request of another."""
    for own, done in zip(all_own, finished.done, strict=True):
        check_own(many, own, done)
        others = {other.target for other in all_own} - {own.target}
        said = done.log
        assert [target for target in others if target in said] == []
        assert of_session(own.folder / "session.json")["uuids"] == own.session["uuids"]
    value_of = {value: own.target for own in all_own for value in own.secrets.values()}
    for target, asked in many.asked:
        assert {value_of[value] for value in value_of if value in asked} <= {target}
    for own in all_own:
        told = [asked for target, asked in many.asked if target == own.target]
        assert any(own.secrets["uuids.uuid"] in asked for asked in told)


def test_a_dozen_crawls_at_once_have_nothing_of_each_other(many: Many) -> None:
    all_own = many.own(12)
    orders = [many.order(own, **TELLING, TOLD=own.secrets["uuids.uuid"]) for own in all_own]
    finished = one_process().run(orders, at_once=12)
    check_apart(many, all_own, finished)
    for done in finished.done:
        assert "the session is [redacted]" in done.log
    # A thread's line is no crawl's, and is cleared of what any of them knows.
    assert any("a thread says [redacted]" in line for line in finished.stray)
    lines = "\n".join([*finished.stray, *(line for done in finished.done for line in done.lines)]).encode()
    secrets = {f"{own.target} {name}": value for own in all_own for name, value in own.secrets.items()}
    assert found_in({"the log": lines}, secrets) == []


def test_fifteen_crawls_one_after_another_have_nothing_of_each_other(many: Many) -> None:
    all_own = many.own(15)
    finished = one_process().run([many.order(own) for own in all_own])
    check_apart(many, all_own, finished)
    assert finished.stray == []


def test_a_secret_is_forgotten_when_its_crawl_has_ended(many: Many) -> None:
    [first, second] = many.own(2)
    told = first.secrets["uuids.uuid"]
    finished = one_process().run([many.order(own, **TELLING, TOLD=told) for own in (first, second)])
    before, after = finished.done
    assert told not in before.log
    assert "a thread says [redacted]" in finished.stray[0]
    # To the second session it is a text like any other.
    assert f"the session is {told}" in after.log
    assert f"a thread says {told}" in finished.stray[-1]


def test_an_error_that_another_crawl_logs_does_not_change_the_exit_code(many: Many) -> None:
    failing = {"EXTENSIONS": {"tests.support.telling_extension.FailingExtension": 0}}
    [one, other] = many.own(2)
    failed, good = one_process().run([many.order(one, **failing), many.order(other)], at_once=2).done
    assert (failed.outcome["exit_code"], good.outcome["exit_code"]) == (1, 0)
    assert failed.outcome["stats"]["log_count/ERROR"] == failed.log.count("an extension has failed") > 0
    assert "log_count/ERROR" not in good.outcome["stats"]


@pytest.mark.slow
def test_a_hundred_crawls_leave_nothing_behind_in_their_process() -> None:
    with Simulator(2000) as simulator, in_memory() as folder:
        many, process = Many(simulator, folder), one_process()
        run_fifty(many, process)
        # The first of them fill what is kept for good: caches, pools, interned names.
        before = process.figures()
        run_fifty(many, process)
        after = process.figures()
    assert before["pid"] == after["pid"]
    assert after["files"] <= before["files"] + 8
    assert after["resident_mb"] <= before["resident_mb"] + 2


def run_fifty(many: Many, process: OneProcess) -> None:
    """Crawl one page of each of fifty lists."""
    all_own = many.own(50)
    finished = process.run([many.order(own, "max_pages=1", "verify=0") for own in all_own], at_once=8)
    for own, done in zip(all_own, finished.done, strict=True):
        assert done.outcome["exit_code"] == 0, done.log
        assert done.outcome["stats"]["igcrawl/requests"] == 1
        assert {record["walk"] for record in own.records} == {f"followers/{own.target}"}
        assert done.own_lines == done.lines
    assert finished.stray == []
