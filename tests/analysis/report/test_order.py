"""The command's order: what it takes, what it refuses, and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.report import page, report
from igcrawl.analysis.report.report import ReportOrder
from igcrawl.cli.command_config import config_of
from igcrawl.errors import BadInput
from tests.analysis.histories import one_list, settings_for
from tests.store.samples import opened

LIBRARY = "/* a library */"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a list in it; what draws charts is not put together."""
    monkeypatch.setattr(page, "vega", lambda: LIBRARY)
    url = f"sqlite:///{tmp_path / 'store.db'}"

    async def fill() -> None:
        async with opened(url) as made:
            await one_list(made, 1, 2, 3)

    asyncio.run(fill())
    return url


def made(store: str, out: Path | str, *accounts: str) -> None:
    order = ReportOrder(out=str(out), accounts=accounts)
    asyncio.run(report.report(config_of(settings_for(store)), order))


def test_a_report_is_written_and_the_command_says_how_to_open_it(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a report.html"
    made(store, out)
    assert out.read_text().startswith("<!doctype html>")
    told = capsys.readouterr().out
    assert "1 account, 1 list" in told
    assert f"open it in a browser: {out.as_uri()}" in told


def test_a_report_changes_nothing_in_the_store(store: str, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    before = file.read_bytes()
    made(store, tmp_path / "report.html")
    assert file.read_bytes() == before


def test_another_report_takes_the_place_of_the_one_before_with_its_permissions(store: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("an older one")
    out.chmod(0o600)
    made(store, out)
    assert "an older one" not in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_report_that_fails_leaves_the_one_before_as_it_was(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.html"
    out.write_text("an older one")
    monkeypatch.setattr(os, "fsync", _no_room)
    with pytest.raises(Exception, match="it is as it was before"):
        made(store, out)
    assert out.read_text() == "an older one"
    assert sorted(path.name for path in tmp_path.glob("*report*")) == ["report.html"]


def _no_room(handle: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("report.pdf", "give a name that ends in .html"),
        ("report", "give a name that ends in .html"),
        ("", "is a folder; name a file in it"),
        ("nowhere/report.html", "there is no folder"),
        ("store.db", "give a name that ends in .html"),
    ],
)
def test_what_cannot_be_a_report_is_refused_before_anything_is_read(
    store: str, tmp_path: Path, out: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        made(store, f"{tmp_path}/{out}")


def test_a_store_under_another_name_is_not_overwritten(tmp_path: Path, store: str) -> None:
    (tmp_path / "store.html").symlink_to(tmp_path / "store.db")
    with pytest.raises(BadInput, match="belongs to the store"):
        made(store, tmp_path / "store.html")


def test_without_a_store_there_is_nothing_to_report_on(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no store at .*: nothing to report on"):
        made(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "package"), [("jinja2", "jinja2"), ("igraph", "igraph"), ("vl_convert", "vl-convert-python")]
)
def test_what_is_not_installed_is_named_with_how_to_get_it(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    found = report.find_spec
    monkeypatch.setattr(report, "find_spec", lambda name: None if name == module else found(name))
    with pytest.raises(BadInput, match=rf"a report needs {package}: .*pip install '/path/to/igcrawl\[analysis\]'"):
        made(store, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()
