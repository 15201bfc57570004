"""Each command and each program that the pages show is run, against a simulator, and prints what the pages say.

The blocks of a page run one after another in one folder and one shell, as a reader runs them. A block that is not run
has a comment before it, `<!-- not run: REASON -->`, which the page does not show. Lines below a command must be printed
in their order; `…` in them stands for anything. Another exit code than 0 is announced by `<!-- exit code: 1 -->`, and a
program that goes on with an earlier one by `<!-- inside: with … as … -->`.
"""

from __future__ import annotations

import ast
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE, ROOT, scrapy_environment
from tests.support.doc_blocks import Block, Command, blocks_of
from tests.support.doc_shell import DocShell
from tests.support.recipes import linked_project
from tests.support.session_states import state_home

PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
RUN = [page for page in PAGES if any(block.why_not is None for block in blocks_of(page))]
#: What the pages take for granted: files that a reader has.
FILES = {"accounts.csv": "username\ninstagram\n@100000002\n", "ids.txt": "25025320\n100000003\n"}
#: What `linked_project` makes, and git's own.
GIVEN = {".gitignore", "igcrawl", "pipelines", "scrapy.cfg", "spiders"}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[DocShell]:
    project, private = linked_project(tmp_path / "igcrawl"), tmp_path / "private"
    private.mkdir()
    for name, text in FILES.items():
        (project / name).write_text(text)
    with Simulator() as simulator:
        (project / "sessions").mkdir(mode=0o700)
        simulator.write_session(project / "sessions" / "me.json")
        (project / "session.json").write_bytes((project / "sessions" / "me.json").read_bytes())
        (project / "session.json").chmod(0o600)
        to_simulator = {"IG_MOBILE_URL": simulator.mobile_url, "IG_WEB_URL": simulator.web_url, "IG_SESSION": "me"}
        own = {"XDG_STATE_HOME": str(state_home(project)), "HOME": str(private), "COLUMNS": "120"}
        running = DocShell(project, private, scrapy_environment(**to_simulator, **AT_ONCE, **own))
        try:
            yield running
        finally:
            running.close()


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_what_a_page_says_can_be_done_and_comes_out_as_it_says(page: Path, shell: DocShell, tmp_path: Path) -> None:
    for block in blocks_of(page):
        if block.why_not is not None:
            continue
        if block.kind == "python":
            program = tmp_path / "private" / f"block-{block.line}.py"
            program.write_text(as_program(block))
            _check(shell, page, block, Command(f"python {program}"))
        for command in block.commands:
            _check(shell, page, block, command)
    assert seen_by_git(tmp_path / "igcrawl") <= {*GIVEN, *FILES}, "add it to .gitignore"


def seen_by_git(project: Path) -> set[str]:
    """What git would take for a part of the checkout."""
    (project / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "-q", project], check=True)
    status = ["git", "-C", project, "status", "--porcelain"]
    lines = subprocess.run(status, capture_output=True, text=True, check=True).stdout.splitlines()
    return {line[3:] for line in lines}


def _check(shell: DocShell, page: Path, block: Block, command: Command) -> None:
    ran = shell.run(command.text)
    last = not block.commands or command is block.commands[-1]
    where = f"{page.name}:{block.line}: {command.text}\n{ran.printed[-4000:]}"
    assert ran.code == (block.exit_code if last else 0), where
    assert command.missing(ran.printed) == [], where
    assert "Traceback" not in ran.printed, where


def as_program(block: Block) -> str:
    """A block as a program; one that awaits is a notebook's cell, and one may stand inside of what was shown before."""
    text = block.text
    if block.inside:
        text = f"{block.inside}:\n{textwrap.indent(text, '    ')}"
    elif not any(isinstance(node, ast.Await) for node in _outside_functions(ast.parse(text))):
        return text
    return (
        f"import asyncio\nimport igcrawl\n\nasync def cell():\n{textwrap.indent(text, '    ')}\nasyncio.run(cell())\n"
    )


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def test_a_block_that_is_not_run_has_a_reason() -> None:
    reasons = [block.why_not for page in PAGES for block in blocks_of(page) if block.why_not is not None]
    assert all(len(reason) > 10 for reason in reasons)
    # Not more than are run: a page that runs nothing shows nothing.
    assert len(RUN) > 8


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        (("a", "b"), "a\nx\nb\n", []),
        (("b", "a"), "a\nb\n", ["a"]),
        (("3 … 5",), "3 and 5\n", []),
        (("3 … 5",), "3 and 6\n", ["3 … 5"]),
    ],
)
def test_lines_below_a_command_are_looked_for_in_their_order(
    shown: tuple[str, ...], printed: str, missing: list[str]
) -> None:
    assert Command("x", shown).missing(printed) == missing


def test_a_command_goes_on_below_a_backslash_and_ends_where_it_prints(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text("<!-- exit code: 2 -->\n```console\n$ a \\\n    b\nout\n$ c\n```\n\n```toml\n$ no\n```\n")
    (block,) = blocks_of(page)
    assert block.exit_code == 2
    assert block.commands == (Command("a \\\n    b", ("out",)), Command("c"))
