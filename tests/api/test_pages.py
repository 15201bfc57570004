"""The pages about Python: each line of ours runs, in a program or in a notebook's kernel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import igcrawl
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.simulator import Simulator
from tests.conftest import ROOT, read_jsonl, scrapy_environment
from tests.support.client_program import ClientProgram

PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("python", "coming_from")}
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGES["python"], re.S | re.M)
#: What stands in the last column, before any further words.
OURS = list(dict.fromkeys(re.findall(r"^\| `.*\| `([^`]+)`[^|]*\|$", PAGES["coming_from"], re.M)))

#: Names of the table that ask the server for nothing.
NOT_CALLED = ["load_settings", "set_settings", "delay_range", "media_pk_from_url"]

#: Runs lines one after another, each as a cell of a notebook would be run.
RUN = """
import ast, inspect
lines, settings = json.loads(os.environ["LINES"]), json.loads(Path(os.environ["IG_SESSION"]).read_text())
async def main():
    async with igcrawl.Client() as ig:
        names = {"igcrawl": igcrawl, "ig": ig, "settings": settings}
        for line in lines:
            try:
                made = eval(compile(line, line, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
                if inspect.isawaitable(made):
                    await made
            except Exception as error:
                raise AssertionError(line) from error
asyncio.run(main())
print("result", len(lines))
"""


[FUNCTION] = re.findall(
    r"^## From a notebook$.*?^```python\n(.*?)^```$", (ROOT / "docs/projects.md").read_text(), re.S | re.M
)
#: A loop beside the notebook's own; nothing of all this has needed a reactor.
OWN_LOOP = """
import sys
follows = list(igcrawl.SyncClient().followers("instagram", max_pages=1))
len(follows) > 10 and "twisted.internet.reactor" not in sys.modules
"""
#: A cell that is interrupted while it reads.
INTERRUPTED = """
import asyncio, os, signal
async for follow in ig.followers("instagram", fresh=True, max_pages=4):
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(5)
"""


@pytest.fixture
def at_home(client: ClientProgram, simulator: Simulator, tmp_path: Path) -> ClientProgram:
    """A folder with the session that the pages name."""
    (tmp_path / "sessions").mkdir(mode=0o700)
    simulator.write_session(tmp_path / "sessions/me.json")
    return client


def test_each_line_of_ours_runs(at_home: ClientProgram) -> None:
    assert len(OURS) > 25
    assert at_home.program(RUN, LINES=json.dumps(OURS)) == len(OURS)


def test_call_takes_the_names_of_the_table_that_ask_for_something() -> None:
    table = PAGES["coming_from"].partition("## instagrapi")[2].partition("\n## ")[0]
    names = dict.fromkeys(re.findall(r"\bcl\.(\w+)", table))
    unknown = [name for name in names if name not in known_names()]
    assert unknown == NOT_CALLED
    told = table.partition("| theirs")[0]
    assert [name for name in unknown if f"`{name}`" not in told] == []


def known_names() -> set[str]:
    return {name for each in OPERATIONS.values() for name in (each.name, *each.other_names)}


def test_the_programs_about_the_client_print_what_they_get(at_home: ClientProgram) -> None:
    # That each block runs is shown in `tests/docs/test_blocks.py`.
    programs = [block for block in BLOCKS if "import igcrawl" in block]
    assert len(programs) > 1
    for program in programs:
        at_home.program(program)
        assert len(at_home.out.splitlines()) > 190


def test_the_page_names_every_method_and_every_error() -> None:
    methods = [name for name, each in vars(igcrawl.Client).items() if callable(each) and name[0] != "_"]
    assert [
        name for name in methods if f"`{name}(" not in PAGES["python"] and f"ig.{name}(" not in PAGES["python"]
    ] == ["close"]
    errors = [name for name in igcrawl.__all__ if isinstance(getattr(igcrawl, name), type)]
    errors = [name for name in errors if issubclass(getattr(igcrawl, name), (Exception, Warning))]
    assert [name for name in errors if name not in PAGES["python"]] == []


# What a kernel's parts warn of is not ours to mend.
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_and_shows_how_a_crawl_stands(
    at_simulator: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    for name, value in scrapy_environment(IPYTHONDIR=str(tmp_path / "ipython"), **at_simulator).items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(ROOT / "docs/python.ipynb", 4)
    assert len(notebook.cells) == 10
    code = nbformat.v4.new_code_cell
    shown = "from igcrawl.console.extension import LiveView; LiveView.frame_every = 0.01\n"
    notebook.cells += [
        code(INTERRUPTED, metadata={"tags": ["raises-exception"]}),
        code("len(await ig.followers('instagram', max_pages=4)) > 10"),
        code(f"{shown}len(await ig.followers('instagram', fresh=True, max_pages=5)) > 10"),
        code("len(await igcrawl.Client(progress=False).followers('instagram', fresh=True, max_pages=5)) > 10"),
        # The crawl as a function, as docs/projects.md has it.
        code(FUNCTION),
        code(OWN_LOOP),
    ]
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    _, profile, _, overlap, last, stopped, *further = (
        cell.outputs for cell in notebook.cells if cell.cell_type == "code"
    )
    assert text_of(profile) == "('instagram', 200, 193)"
    assert re.fullmatch(r"\(200, \d+, \d+\)", text_of(overlap))
    assert text_of(last).endswith("'instagram')")
    assert stopped[-1].ename in {"CancelledError", "KeyboardInterrupt"}
    resumed, with_display, without, function, own = further
    assert [text_of(each) for each in (resumed, with_display, without, own)] == ["True"] * 4
    assert text_of(function) == "(None, {<Verdict.COMPLETE: 'complete'>: 1})"
    assert len(read_jsonl(tmp_path / "followers.jsonl")) == 1002
    assert "walks" in with_display[0].data["text/html"]
    assert "stopped" in text_of(with_display[:1])
    assert len(without) == 1


def text_of(outputs: list[Any]) -> str:
    return str(outputs[-1].data["text/plain"])
