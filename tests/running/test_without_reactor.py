"""Crawls without a Twisted reactor: in a program of one's own, and in a notebook's loop. The blocks are the docs'."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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


# What a kernel's parts warn of is not ours to mend.
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_s_kernel_runs_a_crawl_in_its_own_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in scrapy_environment(IPYTHONDIR=str(tmp_path / "ipython")).items():
        monkeypatch.setenv(name, value)
    cells = [block_below("From a notebook"), f"{NO_REACTOR}; print(int(outcome.exit_code), outcome.finish_reason)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown, printed = (cell.outputs[-1] for cell in notebook.cells)
    assert shown.data["text/plain"] == "(None, {<Verdict.COMPLETE: 'complete'>: 1})"
    assert printed.text == "0 finished\n"
    assert len(read_jsonl(tmp_path / "followers.jsonl")) == 1002
