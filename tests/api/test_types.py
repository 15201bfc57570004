"""Types for others: a program that uses the client, checked by mypy and pyright at their strictest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import igcrawl
from tests.conftest import ROOT, scrapy_environment

PROGRAM = Path(__file__).with_name("user_program.py")


def wrong_in(program: Path) -> list[int]:
    """The lines that must be refused, and no others."""
    return [number for number, line in enumerate(program.read_text().splitlines(), 1) if line.endswith("# wrong")]


WRONG = wrong_in(PROGRAM)
#: All that the client's own types are made of. The rest of igcrawl has types, too, which `make lint` checks.
MYPY = """
[mypy]
strict = True
follow_imports = skip
[mypy-igcrawl,igcrawl.api.*,igcrawl.items.*,igcrawl.errors,igcrawl.verdict,igcrawl.analysis.lists.*,pandas,polars]
follow_imports = silent
"""
#: Types of frames, for who has them: the packages' own take a checker many seconds.
STUBS = {"pandas.pyi": "class DataFrame: ...\n", "polars.pyi": "class DataFrame: ...\n"}
#: A program of somebody who has no frames.
WITHOUT = """
from igcrawl import Client, SyncClient


async def main(ig: Client) -> int:
    pks = [follow.pk for follow in await ig.followers("instagram")]
    return len(pks) + len([account.pk for account in await ig.compare("new", "instagram")])


def count(ig: SyncClient) -> int:
    ig.followers("instagram", max_usrs=3)  # wrong
    return len(ig.history("instagram").lists)
"""

#: Prints the packages that `import igcrawl` loads.
LOADED = """
import sys
before = set(sys.modules)
import igcrawl
print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))
"""


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder with types of frames."""
    folder = tmp_path / "stubs"
    folder.mkdir()
    for name, content in STUBS.items():
        (folder / name).write_text(content)
    return folder


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """The program of who has no frames."""
    program = tmp_path / "without.py"
    program.write_text(WITHOUT)
    return program


@pytest.fixture
def bare_python(tmp_path: Path) -> Path:
    """A Python without any package."""
    venv.create(tmp_path / "bare")
    return tmp_path / "bare/bin/python"


def test_mypy_takes_a_user_s_program_with_and_without_frames(
    tmp_path: Path, stubs: Path, bare_python: Path, without: Path
) -> None:
    # One after another: what the first has learned of the standard library, the second need not.
    assert refused_by_mypy(PROGRAM, tmp_path, Path(sys.executable), stubs) == WRONG
    assert refused_by_mypy(without, tmp_path, bare_python) == wrong_in(without)


def test_pyright_takes_a_user_s_program(tmp_path: Path, stubs: Path) -> None:
    assert refused_by_pyright(PROGRAM, tmp_path, Path(sys.executable), stubs) == WRONG


def test_pyright_takes_the_program_of_who_has_no_frames(tmp_path: Path, bare_python: Path, without: Path) -> None:
    assert refused_by_pyright(without, tmp_path, bare_python) == wrong_in(without)


def refused_by_mypy(program: Path, folder: Path, python: Path, *more: Path) -> list[int]:
    """The lines of a program that mypy refuses.

    Args:
        folder: an empty one.
        python: whose packages there are.
        more: folders with further types.
    """
    (folder / "mypy.ini").write_text(MYPY)
    # Kept from run to run: most of its time goes into the types of the standard library.
    cache = ROOT / ".mypy_cache/user_program"
    given = ["--config-file", "mypy.ini", "--cache-dir", cache, "--no-error-summary", "--python-executable", python]
    told = checked([sys.executable, "-m", "mypy", *map(str, given), str(program)], folder, *more)
    return sorted({int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line})


def refused_by_pyright(program: Path, folder: Path, python: Path, *more: Path) -> list[int]:
    """The lines of a program that pyright refuses; see `refused_by_mypy`."""
    pytest.importorskip("basedpyright")
    paths = list(map(str, (*more, ROOT)))
    config = {"extraPaths": paths, "typeCheckingMode": "strict", "include": [str(program)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    pyright = Path(sys.executable).with_name("basedpyright")
    told = checked([str(pyright), "-p", str(folder), "--pythonpath", str(python), "--outputjson"], folder)
    errors = [found for found in json.loads(told)["generalDiagnostics"] if found["severity"] == "error"]
    return sorted({found["range"]["start"]["line"] + 1 for found in errors})


def checked(command: list[str], folder: Path, *more: Path) -> str:
    environment = scrapy_environment(MYPYPATH=os.pathsep.join(map(str, (*more, ROOT))))
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


def test_each_public_name_is_there_and_has_its_type() -> None:
    source = (ROOT / "igcrawl/__init__.py").read_text()
    typed = source.partition("if TYPE_CHECKING:")[2].partition("__all__")[0]
    names = re.findall(r"\b(\w+)\b(?=[,\n)])", re.sub(r"from [\w.]+ import", "", typed))
    assert sorted(names) == sorted(igcrawl.__all__) == igcrawl.__all__
    for name in igcrawl.__all__:
        assert getattr(igcrawl, name).__name__.endswith(name)
        assert name in dir(igcrawl)
    with pytest.raises(AttributeError, match="module 'igcrawl' has no attribute 'Cleint'"):
        _ = igcrawl.Cleint  # type: ignore[attr-defined]
    assert (ROOT / "igcrawl/py.typed").is_file()


def test_to_import_igcrawl_loads_nothing_else() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOADED], env=scrapy_environment(), capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["igcrawl"]
