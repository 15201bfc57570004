"""The summary names the files that were written, by the names that they have, and none that was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.running.conftest import Many, Own
from tests.support.in_one_process import one_process


def places_of(many: Many, own: Own, *arguments: str, code: int = 0, **settings: Any) -> list[str]:
    """The places that the summary of a crawl names."""
    order = many.order(own, "verify=0", "max_pages=1", *arguments, **{"IG_JSONL": "", **settings})
    [done] = one_process().run([order]).done
    assert done.outcome["exit_code"] == code, done.log
    said = [line.partition("records are in ")[2] for line in done.outcome["summary"]]
    return [place for place in said if place]


def feed(path: Path, **options: Any) -> dict[str, Any]:
    return {"FEEDS": {str(path): {"format": "jsonl", **options}}}


def test_a_file_is_named_and_not_its_pattern(many: Many) -> None:
    for format_, kept in (("jsonl", True), ("json", True), ("json", False)):
        [own] = many.own(1)
        pattern = own.folder / f"%(name)s-%(time)s.{format_}"
        settings = feed(pattern, format=format_)
        [place] = places_of(many, own, IG_KEEP=kept, **settings)
        assert Path(place.removeprefix("file://")).is_file()
        assert Path(place.removeprefix("file://")).name.startswith("followers-20")


def test_batches_are_named_by_their_files(many: Many) -> None:
    few, several = many.own(2)
    settings = feed(few.folder / "part-%(batch_id)d.jsonl", batch_item_count=1000)
    assert places_of(many, few, **settings) == [str(few.folder / "part-1.jsonl")]
    settings = feed(several.folder / "part-%(batch_id)d.jsonl", batch_item_count=1)
    [place] = places_of(many, several, **settings)
    first, _, rest = place.partition(" … ")
    last, _, count = rest.partition(" (")
    assert Path(first).is_file() and Path(last).is_file()
    assert count == f"{len(list(several.folder.glob('part-*')))} files)"


def test_a_file_that_could_not_be_written_is_not_named_and_the_store_is(many: Many) -> None:
    [own] = many.own(1)
    good, bad = own.folder / "good.jsonl", own.folder / "bad.json"
    order = many.order(own, "verify=0", "max_pages=1", IG_JSONL=str(good), **feed(bad, format="json"))
    order.settings["FEEDS"][str(bad)]["item_export_kwargs"] = {"nonsense": 1}
    [done] = one_process().run([order]).done
    assert not bad.exists()
    said = [line for line in done.outcome["summary"] if "records are in" in line]
    assert not any("bad.json" in line for line in said), said
