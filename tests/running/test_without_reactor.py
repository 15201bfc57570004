"""A crawl without a Twisted reactor, in a program of one's own: the docs'. In a notebook: `tests/api/test_pages.py`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, read_jsonl, scrapy_environment

NO_REACTOR = "import sys; assert 'twisted.internet.reactor' not in sys.modules"


def block_below(heading: str) -> str:
    """The first block of Python below a heading of the docs."""
    text = (ROOT / "docs/projects.md").read_text()
    found = re.search(rf"^## {heading}$.*?^```python\n(.*?)^```$", text, re.S | re.M)
    assert found is not None
    return found[1]


def test_a_program_runs_crawls_in_a_loop_of_its_own(tmp_path: Path) -> None:
    program = block_below("From Python") + NO_REACTOR
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=scrapy_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "0 None {<Verdict.COMPLETE: 'complete'>: 1}"
    assert second.startswith("0 None ")
    assert {record["walk"] for record in read_jsonl(tmp_path / "25025320.jsonl")} == {"followers/25025320"}
    assert {record["walk"] for record in read_jsonl(tmp_path / "100000002.jsonl")} == {"followers/100000002"}
    assert done.stderr == ""
