"""Rules: the simulator plays answers by heart, from a script, as well as a server made for the case does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.script import read_script
from tests.conftest import Scrapy, read_jsonl
from tests.support.cases import CASES

CRAWLED = sorted(path.stem for path in CASES.glob("*.json") if "crawl" in orjson.loads(path.read_bytes()))


def script_of(case: dict[str, Any]) -> str:
    """A case's server as a script; texts of JSON are texts of TOML."""
    lines = []
    for rule in case["server"]:
        lines += ["[[rule]]", f"when = {json.dumps(rule['when'])}"]
        for answer in rule["answers"]:
            lines += ["[[rule.answers]]", f"status = {answer['status']}", f"body = {json.dumps(answer['body'])}"]
            headers = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in answer.get("headers", {}).items())
            lines.append(f"headers = {{{headers}}}")
    return "\n".join(lines)


@pytest.mark.parametrize("name", CRAWLED)
def test_a_script_plays_a_case(scrapy: Scrapy, tmp_path: Path, name: str) -> None:
    case = orjson.loads((CASES / f"{name}.json").read_bytes())
    (tmp_path / "script.toml").write_text(script_of(case))
    with Simulator(**read_script(tmp_path / "script.toml")) as simulator:
        simulator.write_session(tmp_path / "session.json")
        run = scrapy(
            "crawl", *case["crawl"], "-O", "out.jsonl", "-s", "IG_WAIT_MAX=5", IG_MOBILE_URL=simulator.mobile_url,
            IG_WEB_URL=simulator.web_url, IG_SESSION=str(tmp_path / "session.json"),
        )  # fmt: skip
        expect = case["expect"]
        exits = expect.get("exit", run.code)
        assert run.code in (exits if isinstance(exits, list) else [exits]), run.err
        assert len(simulator.requests) <= expect.get("requests_at_most", 99)
    walks = [row["verdict"] for row in read_jsonl(tmp_path / "out.jsonl") if row["type"] == "walk"]
    assert walks == expect.get("verdicts", walks)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('when = "x"', "when: expected a list"),
        ("when = [1]\nanswers = [{}]", "when: expected a list of texts"),
        ('when = ["x"]', "answers: expected one or more"),
        ("answers = [{statuz = 1}]", "answers: expected one or more"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(tmp_path: Path, table: str, problem: str) -> None:
    path = tmp_path / "script.toml"
    path.write_text(f"[[rule]]\n{table}\n")
    with pytest.raises(SimulatorError, match=problem):
        read_script(path)
