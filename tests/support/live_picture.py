"""The picture of the README: what a terminal shows of a crawl of the simulator, in its middle and at its end.

``python -m tests.support.live_picture`` writes it.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from unittest import mock

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from igcrawl.console import gather
from igcrawl.console.display import snapshot_table, summary_table
from igcrawl.console.extension import LiveView
from igcrawl.console.snapshot import Snapshot
from igcrawl.running import run_crawl
from igcrawl.running.summary import Summary
from igcrawl.simulator import Simulator

PICTURE = Path(__file__).parents[2] / "docs" / "assets" / "live.svg"
_ACCOUNTS = "verified.one,private.account,instagram,verified.two"
_COMMAND = f"$ scrapy crawl followers -a username={_ACCOUNTS} -O followers.jsonl"
#: Cells.
_WIDTH = 110
#: Rich would have it fetch a font from elsewhere.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.S)


@dataclass
class _Watcher:
    """A display that remembers what it was to show."""

    snapshots: list[Snapshot] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def show(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def print(self, summary: Summary) -> None:
        self.summaries.append(summary)


def draw() -> str:
    """Crawl, and return the picture."""
    watcher = _Watcher()
    with (
        tempfile.TemporaryDirectory() as folder,
        Simulator() as simulator,
        mock.patch.object(LiveView, "_open_display", lambda view, spider: watcher),
        mock.patch.object(LiveView, "frame_every", 0.01),
        # The store is asked for each frame: the whole crawl takes less than the pause between two looks.
        mock.patch.multiple(gather, _LOOK_EVERY=0.0, _APART=0),
    ):
        simulator.write_session(Path(folder) / "session.json")
        settings = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": f"{folder}/session.json",
            "IG_STORE": f"sqlite:///{folder}/store.db",
            "IG_STATE": f"{folder}/state",
            "IG_JSONL": f"{folder}/followers.jsonl",
            "IG_BUDGET_HOUR": "120",
            "IG_PACE": "burst",
            "IG_LIVE": True,
        }
        outcome = asyncio.run(run_crawl("followers", {"username": _ACCOUNTS}, settings))
    assert outcome.exit_code == 0, outcome.refused
    (summary,) = watcher.summaries
    middle = next(each for each in watcher.snapshots if _is_in_the_middle(each))
    return _drawn(middle, Summary(summary.totals, ["followers.jsonl"], summary.advice, summary.shares))


def _is_in_the_middle(snapshot: Snapshot) -> bool:
    current = snapshot.current
    return bool(current and current.expected == 1000 and current.records > 600 and snapshot.requests_left is not None)


def _drawn(snapshot: Snapshot, summary: Summary) -> str:
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(_COMMAND), soft_wrap=True)
    console.print(snapshot_table(snapshot))
    console.print(Text("…", style="dim"))
    console.print(summary_table(summary))
    # Its parts are named by this, else by a hash of all.
    return console.export_svg(title="igcrawl", code_format=_FORMAT, unique_id="live")


def words(picture: str) -> list[str]:
    """What a picture says: its words, with 0 for each number, and without its bars."""
    texts = (unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture))
    joined = " ".join(texts)
    return re.sub(r"\d[\d,.:]*", "0", re.sub(r"[━╸╺─]+", " ", joined)).split()


def main() -> Any:
    PICTURE.write_text(draw(), "utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
