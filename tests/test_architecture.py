"""The house stands: its rooms, their order, files and functions that stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, scrapy_environment

SOURCES = [path for folder in ("igcrawl", "spiders", "pipelines") for path in sorted((ROOT / folder).rglob("*.py"))]

#: The rooms in the order in which a call goes through them: each imports only what stands above it, or itself.
ROOMS = (
    *("printable", "wording"),
    *("errors", "verdict", "times", "stopping", "paths"),
    *("items", "parsing", "arguments", "operations", "doc_ids", "store"),
    *("sessions", "output", "budget", "config", "calling", "middlewares", "crawl", "planning", "base_spiders"),
    *("running", "console", "capture", "analysis", "api", "simulator", "cli", "commands", "addon", "settings"),
)
#: Of the store.
BACKENDS = ("sqlite", "postgres")
#: May import each other.
EQUALS = ({"errors", "verdict", "times", "stopping"},)
#: Beside the rooms, which they may all import: nothing in `igcrawl` imports these.
OUTSIDE = ("spiders", "pipelines", "tests")

#: Prints what the modules named on the command line load that `scrapy` has not loaded before it imports commands.
LOADED_BY = """
import importlib, sys
import scrapy.cmdline, scrapy.commands.crawl
before = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(set(sys.modules) - before))
"""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    """The room of a module, None for what is not in `igcrawl`."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == "igcrawl" and rest else None


def may_import(here: str, other: str) -> bool:
    if here == other or any(here in equals and other in equals for equals in EQUALS):
        return True
    if other == "simulator":
        # Only what serves it: one mistake must not pass on both sides.
        return here in {"addon", "commands"}
    return here != "simulator" and ROOMS.index(other) < ROOMS.index(here)


def test_the_house_has_these_rooms_and_no_others() -> None:
    names = {path.stem for path in (ROOT / "igcrawl").iterdir() if path.is_dir() or path.suffix == ".py"}
    names = {name for name in names if not name.startswith(("_", "."))}
    assert names == set(ROOMS)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_room_imports_only_from_rooms_above_it(path: Path) -> None:
    here = room(module_name(path))
    names = list(imports(path))
    if here is not None:
        assert [name for name in names if name.split(".")[0] in OUTSIDE] == []
        others = [name for name in names if (other := room(name)) is not None and not may_import(here, other)]
        assert others == []
    else:
        assert [name for name in names if name.split(".")[0] == "tests"] == []


def test_commands_leave_their_imports_until_they_run_since_scrapy_imports_them_all_for_each() -> None:
    commands = [module_name(path) for path in sorted((ROOT / "igcrawl" / "commands").glob("[a-z]*.py"))]
    script = [sys.executable, "-c", LOADED_BY, *commands]
    run = subprocess.run(script, env=scrapy_environment(), cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert set(commands) <= set(loaded)
    assert {room(module) for module in loaded} - {None} == {"commands", "errors", "printable", "verdict"}
    assert {module.partition(".")[0] for module in loaded} - sys.stdlib_module_names == {"igcrawl"}


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno > 40] == []
    if path.parent.name == "middlewares":
        assert text.count("\n") <= 120
    assert path.name != "utils.py"


def test_both_backends_of_the_store_are_divided_alike() -> None:
    sqlite, postgres = ({path.name for path in (ROOT / "igcrawl" / "store" / name).glob("*.py")} for name in BACKENDS)
    assert sqlite == postgres


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_what_a_person_reads_is_printed_by_say(path: Path) -> None:
    """What a server put into it is made printable there; the simulator's words are its own."""
    if path.stem == "printable" or path.parent.name == "simulator":
        return
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert "print" not in [func.id for func in calls if isinstance(func, ast.Name)]


def test_every_file_of_the_house_is_there() -> None:
    names = (
        "scrapy.cfg pyproject.toml setup.py requirements.txt Makefile README.md CONTRIBUTING.md CHANGELOG.md LICENSE "
        "CITATION.cff mkdocs.yml docs/index.md docs/architecture.md docs/decisions.md"
    )
    for name in names.split():
        assert (ROOT / name).is_file(), name
