"""The house stands as DESIGN.md, section 3, draws it: imports point one way, files and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = [path for folder in ("igcrawl", "spiders", "pipelines") for path in sorted((ROOT / folder).rglob("*.py"))]

#: What a room may import from the project. A room is a module or a package; rooms that are not listed are free.
ALLOWED: dict[str, set[str]] = {
    "igcrawl.verdict": set(),
    "igcrawl.errors": {"igcrawl.verdict"},
    "igcrawl.call": set(),
    "igcrawl.hosts": {"igcrawl.errors"},
    "igcrawl.session": {"igcrawl.errors", "igcrawl.cookies"},
    "igcrawl.signing": {"igcrawl.errors", "igcrawl.call", "igcrawl.session"},
    "igcrawl.budget": {"igcrawl.errors"},
    "igcrawl.store": {"igcrawl.errors", "igcrawl.verdict", "igcrawl.store"},
    "igcrawl.sessions": {
        *("igcrawl.errors", "igcrawl.session", "igcrawl.session_file", "igcrawl.sessions"),
        *("igcrawl.health", "igcrawl.health_store", "igcrawl.moments", "igcrawl.store"),
    },
    "igcrawl.seen": set(),
    "igcrawl.sinks": set(),
    "igcrawl.simulator": {"igcrawl.simulator"},
}
#: From the bottom up: a room imports nothing above its own floor.
FLOORS: tuple[set[str], ...] = (
    {"igcrawl.verdict", "igcrawl.call"},
    {"igcrawl.errors"},
    {"igcrawl.store"},
    {"igcrawl.args", "igcrawl.items", "igcrawl.envelope", "igcrawl.fields", "igcrawl.diagnosis"},
    {"igcrawl.reader", "igcrawl.paging"},
    {"igcrawl.operation"},
    {"igcrawl.catalogue"},
    {"igcrawl.request"},
    {"igcrawl.crawl", "igcrawl.tally"},
    {"igcrawl.middlewares", "igcrawl.download"},
    {"igcrawl.walker"},
    {"igcrawl.spider"},
    {"igcrawl.live"},
    {"igcrawl.commands"},
    {"spiders", "pipelines"},
)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str, rooms: set[str]) -> str | None:
    return next((known for known in rooms if module == known or module.startswith(known + ".")), None)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    here = module_name(path)
    ours = [name for name in imports(path) if name.split(".")[0] in {"igcrawl", "spiders", "pipelines", "tests"}]
    narrow = room(here, set(ALLOWED))
    if narrow is not None:
        strangers = [name for name in ours if name != "igcrawl" and room(name, ALLOWED[narrow]) is None]
        assert strangers == []
    floor = next((level for level, names in enumerate(FLOORS) if room(here, names)), None)
    if floor is not None:
        higher = set().union(*FLOORS[floor + 1 :])
        assert [name for name in ours if room(name, higher)] == []
    if here.startswith("igcrawl"):
        assert [name for name in ours if name.split(".")[0] in {"spiders", "pipelines", "tests"}] == []


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 260
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno > 40] == []
    if path.parent.name == "middlewares":
        assert text.count("\n") <= 110
    assert path.name != "utils.py"


def test_every_file_of_the_house_is_there() -> None:
    names = "scrapy.cfg pyproject.toml setup.py requirements.txt Makefile README.md CHANGELOG.md docs/decisions.md"
    for name in names.split():
        assert (ROOT / name).is_file(), name
