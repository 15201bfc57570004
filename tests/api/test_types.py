"""Types for others: a program that uses the client, checked by mypy and pyright at their strictest."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import igcrawl
from tests.conftest import ROOT, scrapy_environment

PROGRAM = Path(__file__).with_name("user_program.py")
#: The lines that must be refused, and no others.
WRONG = [number for number, line in enumerate(PROGRAM.read_text().splitlines(), 1) if line.endswith("# wrong")]
#: All that the client's own types are made of. The rest of igcrawl has types, too, which `make lint` checks.
MYPY = """
[mypy]
strict = True
follow_imports = skip
[mypy-igcrawl,igcrawl.api.*,igcrawl.items.*,igcrawl.errors,igcrawl.verdict]
follow_imports = silent
"""

#: Prints the packages that `import igcrawl` loads.
LOADED = """
import sys
before = set(sys.modules)
import igcrawl
print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))
"""


def test_mypy_takes_a_user_s_program(tmp_path: Path) -> None:
    (tmp_path / "mypy.ini").write_text(MYPY)
    # Kept from run to run: most of its time goes into the types of the standard library.
    cache = str(ROOT / ".mypy_cache/user_program")
    command = ["-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", cache, "--no-error-summary", str(PROGRAM)]
    told = checked([sys.executable, *command], tmp_path)
    assert [int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line] == WRONG


def test_pyright_takes_a_user_s_program(tmp_path: Path) -> None:
    pytest.importorskip("basedpyright")
    config = {"extraPaths": [str(ROOT)], "typeCheckingMode": "strict", "include": [str(PROGRAM)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    pyright = Path(sys.executable).with_name("basedpyright")
    told = checked([str(pyright), "-p", str(tmp_path), "--pythonpath", sys.executable, "--outputjson"], tmp_path)
    errors = [found for found in json.loads(told)["generalDiagnostics"] if found["severity"] == "error"]
    assert sorted({found["range"]["start"]["line"] + 1 for found in errors}) == WRONG


def checked(command: list[str], folder: Path) -> str:
    environment = scrapy_environment(MYPYPATH=str(ROOT))
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
