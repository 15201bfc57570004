"""What cannot be exported is said in one line, and nothing is changed."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.destination import check_file
from igcrawl.analysis.installing import HOW_TO_INSTALL
from igcrawl.cli.command_config import config_of
from igcrawl.config.own_files import OwnFiles
from igcrawl.crawl.walk_rows import SESSION_CHECK
from igcrawl.errors import BadInput, StoreError
from tests.analysis.histories import crawl_of, exported, filled, follow, one_list, put, read, settings_for, told
from tests.store.samples import claimed, opened, seed


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kept/s.db"


async def refused(url: str, out: Path | str, **order: Any) -> str:
    with pytest.raises(BadInput) as caught:
        await exported(url, out, **order)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def test_names_that_do_not_exist_are_told_with_those_that_are_near(url: str, tmp_path: Path) -> None:
    await filled(url)
    out = tmp_path / "x.jsonl"
    out.write_text("old")
    assert await refused(url, out, crawl="dayly") == (
        "--crawl=dayly: no such crawl; did you mean daily? allowed: a name or number of `scrapy walks`"
    )
    assert await refused(url, out, crawl="77") == "--crawl=77: no such crawl; there is daily"
    assert await refused(url, out, walk="followers/25025321") == (
        "--walk=followers/25025321: no such walk; did you mean followers/25025320? "
        "allowed: operation/target as `scrapy walks` lists them"
    )
    assert "no such walk; allowed: operation/target" in await refused(url, out, walk="x/y")
    for name in ("followers", "followers/", "/25025320"):
        assert "expected operation and target, e.g. followers/25025320" in await refused(url, out, walk=name)
    told_of_types = await refused(url, out, type="folow")
    assert told_of_types.startswith("--type=folow: no such type of record; did you mean follow? allowed: audio, comm")
    assert "did you mean" not in await refused(url, out, type="xxx")
    none = "--type=hit: there is none here; the store holds follow, profile, walk"
    assert await refused(url, out, type="hit") == none
    assert content_of(tmp_path)["x.jsonl"] == b"old"
    assert not list(tmp_path.glob(".x*"))


async def test_a_format_is_named_by_the_suffix_or_by_the_option_which_wins(file_url: str, tmp_path: Path) -> None:
    await filled(file_url)
    assert await refused(file_url, tmp_path / "x.txt") == (
        f"{tmp_path}/x.txt: its suffix names no format; allowed: .jsonl, .csv, .gexf, .graphml, each also with .gz or "
        ".zst behind it, .parquet, .xlsx, .duckdb; or give --format: jsonl, csv, parquet, xlsx, duckdb, gexf, graphml"
    )
    for name in ("x", "x.gz", ".csv", "x.json.gz", "x.jsonl.bz2"):
        assert "its suffix names no format" in await refused(file_url, tmp_path / name)
    assert await refused(file_url, tmp_path / "x.csv", format="cvs") == (
        "--format=cvs: no such format; did you mean csv? allowed: jsonl, csv, parquet, xlsx, duckdb, gexf, graphml"
    )
    assert "leave .gz out" in await refused(file_url, tmp_path / "x.parquet.gz")
    assert "not written to standard output" in await refused(file_url, "-", format="parquet")
    assert content_of(tmp_path) == {}
    await exported(file_url, tmp_path / "x.txt", format="csv")
    assert (tmp_path / "x.txt").read_text().startswith("type,operation,")
    await exported(file_url, tmp_path / "x.csv", format="jsonl")
    assert (tmp_path / "x.csv").read_text().startswith('{"type":"profile"')
    await exported(file_url, tmp_path / "X.JSONL.GZ")
    assert (tmp_path / "X.JSONL.GZ").read_bytes().startswith(b"\x1f\x8b")


async def test_places_that_no_file_may_be_written_to(file_url: str, tmp_path: Path) -> None:
    await filled(file_url)
    kept = tmp_path / "kept"
    before = content_of(kept)
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "link.csv").symlink_to(kept / "s.db")
    (tmp_path / "same.csv").hardlink_to(kept / "s.db")
    reasons = {
        tmp_path / "folder.csv": "is a folder",
        f"{tmp_path}/new.csv/": "is a folder",
        tmp_path / "none" / "x.csv": "there is no folder",
        kept / "s.db": "belongs to the store",
        kept / "s.db-wal": "belongs to the store",
        kept / "s.db-workers" / "x": "belongs to the store",
        tmp_path / "link.csv": "belongs to the store",
        tmp_path / "same.csv": "belongs to the store",
        tmp_path / "pipe": "no regular file",
        "/dev/null": "no regular file",
        tmp_path / "loop.csv": "symbolic links",
        tmp_path / ("x" * 300 + ".csv"): "File name too long",
        f"{tmp_path}/\0.csv": "cannot contain a NUL",
        "~nobody_of_this_name/x.csv": "has a home folder",
        "/proc/x.csv": "No such file or directory",
    }
    for out, reason in reasons.items():
        assert reason in await refused(file_url, out, format="csv"), out
    assert content_of(kept) == before


@pytest.mark.parametrize("given", ["IG_SESSION", "IG_RAW"])
def test_no_file_takes_the_place_of_the_session_or_of_the_archive(given: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl.zst"
    (tmp_path / "link.jsonl.zst").symlink_to(kept)
    settings = settings_for(f"sqlite:///{tmp_path}/s.db")
    settings.set(given, str(kept))
    own = OwnFiles.of(config_of(settings))
    for there in (False, True):
        if there:
            kept.write_text("{}")
        for path in (kept, tmp_path / "link.jsonl.zst"):
            with pytest.raises(BadInput, match=f"{path} belongs to the (session|archive)"):
                check_file(path, own)
    check_file(tmp_path / "other.json", own)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("s.db", "IG_SESSION: it belongs to the store, IG_STORE"),
        ("kept.jsonl.zst", "IG_RAW: it belongs to the session, IG_SESSION"),
    ],
)
def test_two_settings_may_not_name_one_file(name: str, said: str, tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/s.db")
    settings.set("IG_SESSION", str(tmp_path / name))
    settings.set("IG_RAW", str(tmp_path / "kept.jsonl.zst"))
    with pytest.raises(BadInput, match=f"{said}; name another file"):
        OwnFiles.of(config_of(settings))


async def test_no_file_takes_the_place_of_the_one_that_standard_output_was_opened_on(
    file_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await filled(file_url)
    assert "is where standard output goes; - writes there" in await refused(file_url, "/dev/fd/1", format="csv")


@pytest.mark.parametrize("letter", ["x", "ü", "字", "🙂"])
async def test_a_name_may_be_as_long_as_the_file_system_takes_it(file_url: str, tmp_path: Path, letter: str) -> None:
    await filled(file_url)
    for suffix in (".csv", ".xlsx", ".duckdb"):
        out = tmp_path / (letter * ((255 - len(suffix)) // len(letter.encode())) + suffix)
        await exported(file_url, out, type="follow")
        assert out.stat().st_size
        assert [path.name for path in tmp_path.glob(".*")] == []


async def test_a_folder_that_duckdb_cannot_name_is_told_in_one_line(file_url: str, tmp_path: Path) -> None:
    await filled(file_url)
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    with pytest.raises(StoreError, match=r"cannot be written: .*; it is as it was before"):
        await exported(file_url, folder / "x.duckdb")
    assert list(folder.iterdir()) == []


async def test_what_a_killed_export_has_left_is_removed_by_the_next_one(file_url: str, tmp_path: Path) -> None:
    await filled(file_url)
    left = [tmp_path / f".x.csv.abc.igcrawl-new{end}" for end in ("", ".wal", ".tmp")]
    others = [tmp_path / name for name in (".x.csv.abc", ".y.csv.abc.igcrawl-new", ".x.csv.new.igcrawl-new")]
    for path in (*left[:2], *others):
        path.touch()
    left[2].mkdir()
    for path in (*left, *others[:2]):
        os.utime(path, (0, 0))
    await exported(file_url, tmp_path / "x.csv", type="follow")
    assert sorted(tmp_path.glob(".*")) == sorted(others)


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    said = await refused(f"sqlite:///{tmp_path}/none/s.db", tmp_path / "x.csv")
    assert said == f"there is no store at {tmp_path}/none/s.db yet: nothing to export"
    assert list(tmp_path.iterdir()) == []


async def test_a_store_without_walks_is_told(url: str, tmp_path: Path) -> None:
    async with opened(url):
        pass
    assert "has no such walks yet" in await refused(url, tmp_path / "x.jsonl")
    assert "has no such walks yet" in await refused(url, tmp_path / "x.jsonl", walk="followers/1")
    assert "no such crawl; there is none" in await refused(url, tmp_path / "x.jsonl", crawl="1")


async def test_the_check_of_a_session_is_no_crawl_whose_records_are_asked_for(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        check = await crawl_of(store, seed(7, operation="user_profile"), key="check", spider=SESSION_CHECK)
        await put(store, await claimed(store, check), verdict="complete")
    assert "has no such walks yet" in await refused(url, tmp_path / "x.jsonl")
    async with opened(url) as store:
        await one_list(store, 1, key="list")
    assert await exported(url, tmp_path / "x.csv") == 0
    assert [row["type"] for row in read(tmp_path / "x.csv")] == ["follow"]


async def test_a_crawl_whose_records_are_not_kept_is_told_and_the_others_are_exported(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.jsonl"
    async with opened(url) as store:
        await one_list(store, 1, target=1, keeps=False)
        await one_list(store, 2, target=2, key="other", name="half")
        await store.crawls.stop_keeping(2)
    line = "not all records are in the store (begun by an older igcrawl, or with IG_KEEP=False)"
    said = await refused(url, out)
    assert said == f"not exported: crawls 1 (key), 2 (half); {line}: the only copy is what was written then"
    assert not out.exists()
    async with opened(url) as store:
        await one_list(store, 3, target=3, key="third")
    assert await exported(url, out) == 1
    assert told(read(out)) == ["profile", "3", "complete"]
    assert capsys.readouterr().err.splitlines()[1] == f"igcrawl: {said}"
    assert "not exported: crawl 2 (half)" in await refused(url, out, crawl="half")
    assert await exported(url, out, crawl="3") == 0
    async with opened(url) as store:
        await one_list(store, 4, target=1)
        await one_list(store, 5, target=2, key="other", name="half")
    assert await exported(url, out) == 0
    assert told(read(out))[1::3] == ["3", "4", "5"]


@pytest.mark.parametrize(
    ("name", "package"),
    [("x.parquet", "pyarrow"), ("x.duckdb", "duckdb"), ("x.duckdb", "pyarrow")],
)
async def test_a_format_whose_library_is_missing_is_told_how_to_get_it_before_the_store_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    find = importlib.util.find_spec
    without = "igcrawl.analysis.formats.format.find_spec"
    monkeypatch.setattr(without, lambda name: None if name == package else find(name))
    said = await refused(f"sqlite:///{tmp_path}/none.db", tmp_path / name)
    form = name.removeprefix("x.")
    assert said == f"{form} needs {package}: {HOW_TO_INSTALL}; or write jsonl or csv"
    assert "there is no store" in await refused(f"sqlite:///{tmp_path}/none.db", tmp_path / "x.csv")
    assert "there is no store" in await refused(f"sqlite:///{tmp_path}/none.db", tmp_path / "x.gexf")


async def test_a_file_is_replaced_whole_with_its_permissions_and_where_its_link_leads(
    file_url: str, tmp_path: Path
) -> None:
    await filled(file_url)
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.write_text("old\n" * 100_000)
    real.chmod(0o640)
    link.symlink_to(real)
    before = real.stat().st_ino
    await exported(file_url, link)
    assert told(read(real)) == ["profile", "1", "2", "complete"]
    assert (link.is_symlink(), real.stat().st_mode & 0o777) == (True, 0o640)
    assert real.stat().st_ino != before
    mask = os.umask(0o027)
    try:
        await exported(file_url, tmp_path / "new.jsonl")
    finally:
        os.umask(mask)
    assert (tmp_path / "new.jsonl").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "link.jsonl", "new.jsonl", "real.jsonl"]


_SUFFIXES = ("jsonl", "csv", "csv.gz", "jsonl.zst", "parquet", "xlsx", "duckdb", "gexf", "graphml.gz")


@pytest.mark.parametrize("name", [f"x.{suffix}" for suffix in _SUFFIXES])
async def test_when_the_disk_is_full_the_old_file_stays(file_url: str, tmp_path: Path, name: str) -> None:
    async with opened(file_url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        names = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(4_000)]
        await put(store, walk, *(follow(walk, number, full_name=name) for number, name in enumerate(names)))
    out = tmp_path / name
    out.write_text("old")
    signal_before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(StoreError, match="it is as it was before") as caught:
            await exported(file_url, out)
        assert "cannot be written: " in str(caught.value)
        assert "\n" not in str(caught.value)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, signal_before)
    assert content_of(tmp_path) == {name: b"old"}


async def test_when_the_last_bytes_do_not_reach_the_disk_the_old_file_stays(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(file_url)
    out = tmp_path / "x.jsonl"
    out.write_text("old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("igcrawl.analysis.replacing.os.fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        await exported(file_url, out)
    assert content_of(tmp_path) == {"x.jsonl": b"old"}
