"""The house stands: its rooms, their order, files and functions that stay small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
QUESTION = re.compile(r"(What|How|Who|Which|Where|When|Whether|Why)\b")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Of the store.
BACKENDS = ("sqlite", "postgres")
#: May import each other.
EQUALS = ({"errors", "verdict", "times", "stopping"},)
#: Errors of one answer; under the same name the client raises one for a whole list.
OF_PROGRAMS_TOO = {"NotFound", "PrivateAccount", "Refused"}
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


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
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


def test_a_room_imports_only_from_rooms_above_it() -> None:
    wrong = {}
    for path in SOURCES:
        here, names = room(module_name(path)), list(imports(path))
        if here is not None:
            below = [name for name in names if (other := room(name)) is not None and not may_import(here, other)]
            below += [name for name in names if name.split(".")[0] in OUTSIDE]
        else:
            below = [name for name in names if name.split(".")[0] == "tests"]
        if below:
            wrong[module_name(path)] = below
    assert wrong == {}


def test_commands_leave_their_imports_until_they_run_since_scrapy_imports_them_all_for_each() -> None:
    commands = [module_name(path) for path in sorted((ROOT / "igcrawl" / "commands").glob("[a-z]*.py"))]
    script = [sys.executable, "-c", LOADED_BY, *commands]
    run = subprocess.run(script, env=scrapy_environment(), cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert set(commands) <= set(loaded)
    assert {room(module) for module in loaded} - {None} == {"commands", "errors", "printable", "verdict"}
    assert {module.partition(".")[0] for module in loaded} - sys.stdlib_module_names == {"igcrawl"}


def test_files_and_functions_stay_small() -> None:
    most = {path: 120 if path.parent.name == "middlewares" else 400 for path in SOURCES}
    assert [path for path in SOURCES if path.read_text().count("\n") > most[path]] == []
    functions = [(path, node) for path in SOURCES for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
    assert [(path, node.name) for path, node in functions if (node.end_lineno or 0) - node.lineno > 40] == []
    assert [path for path in SOURCES if path.name == "utils.py"] == []


def test_no_docstring_begins_with_a_question_word() -> None:
    """But for the client's methods, which speak as their spiders do."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    held = [path for path in SOURCES if path != ROOT / "igcrawl" / "api" / "client.py"]
    docs = [
        (path, ast.get_docstring(node))
        for path in held
        for node in ast.walk(tree(path))
        if isinstance(node, documented)
    ]
    assert [(path, doc) for path, doc in docs if doc and QUESTION.match(doc)] == []


def test_both_backends_of_the_store_are_divided_alike() -> None:
    sqlite, postgres = ({path.name for path in (ROOT / "igcrawl" / "store" / name).glob("*.py")} for name in BACKENDS)
    assert sqlite == postgres


def test_a_class_s_name_stands_for_one_thing() -> None:
    """But for what both backends have, Scrapy's name for its commands, and the simulator, which knows none of ours."""
    held = [path for path in SOURCES if not {"simulator", "commands"} & set(path.parts)]
    places = Counter(
        node.name
        for path in held
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and path.parts[-2] != BACKENDS[1]
    )
    assert {name for name, number in places.items() if number > 1} == OF_PROGRAMS_TOO


def test_what_a_person_reads_is_printed_by_say() -> None:
    """What a server put into it is made printable there; the simulator's words are its own."""
    held = [path for path in SOURCES if path.stem != "printable" and path.parent.name != "simulator"]
    calls = [(path, node.func) for path in held for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert [path for path, called in calls if isinstance(called, ast.Name) and called.id == "print"] == []


def test_every_file_of_the_house_is_there() -> None:
    names = (
        "scrapy.cfg pyproject.toml setup.py requirements.txt Makefile README.md CONTRIBUTING.md CHANGELOG.md LICENSE "
        "CITATION.cff mkdocs.yml docs/index.md docs/architecture.md docs/decisions.md"
    )
    for name in names.split():
        assert (ROOT / name).is_file(), name
