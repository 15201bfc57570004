"""Summary of a JSON lines file, in a few lines: ``python -m igcrawl.output.file_summary followers.jsonl``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from igcrawl.printable import say
from igcrawl.wording import counted


def summarize(path: Path) -> Iterator[str]:
    """Yield the lines: how many records of which type, each walk's verdict, one record as an example."""
    counts: Counter[str] = Counter()
    example: dict[str, Any] = {}
    walks = []
    with path.open("rb") as file:
        for line in file:
            record = orjson.loads(line)
            counts[record["type"]] += 1
            if record["type"] == "walk":
                walks.append(record)
            elif record["type"] == "follow":
                example = record
    yield f"{path}: " + ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    for walk in walks[-5:]:
        expected = "" if walk["expected"] is None else f" of {walk['expected']:,} expected"
        yield (
            f"  {walk['walk']}: {walk['verdict']}, {walk['records']:,}{expected or ' records'}, "
            f"{counted(walk['pages'], 'page')}, {counted(walk['requests'], 'request')}"
        )
    if example:
        shown = ("position", "pk", "username", "full_name", "is_private", "is_verified")
        yield "  the last: " + ", ".join(f"{name}={example[name]!r}" for name in shown)


if __name__ == "__main__":
    for each in summarize(Path(sys.argv[1])):
        say(each)
