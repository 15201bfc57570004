"""The second half of `make demo`: some days later in the simulator, further lists, and a report of all of them.

``python -m tests.support.demo_report sqlite:///.igcrawl/simulator.db`` crawls into the store of the first half.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from igcrawl.running import run_crawl
from igcrawl.simulator import START_ID, Simulator
from igcrawl.wording import counted

MUTUALS = "100000021,100000022,100000023"
CUT = "100000003"
#: Each with what it shows.
CRAWLS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("followers", {"user_id": str(START_ID)}),
    ("following", {"user_id": str(START_ID)}),
    ("followers", {"user_id": MUTUALS}),
    ("following", {"user_id": MUTUALS}),
    ("followers", {"user_id": CUT}),
    ("suggestions", {"user_id": str(START_ID), "depth": "2"}),
)
#: How many followers the start account gains and loses between the two crawls.
GAINED, LOST = 46, 12


def settings_for(simulator: Simulator, store: str, folder: Path) -> dict[str, Any]:
    """The settings of a crawl of a simulator, whose session is in the folder."""
    simulator.write_session(folder / "session.json")
    return {
        "IG_MOBILE_URL": simulator.mobile_url,
        "IG_WEB_URL": simulator.web_url,
        "IG_SESSION": str(folder / "session.json"),
        "IG_STATE": str(folder / "state"),
        "IG_STORE": store,
        "IG_BUDGET": False,
        "LOG_LEVEL": "CRITICAL",
    }


async def crawl(settings: Mapping[str, Any]) -> None:
    """Crawl what the report shows beside the first crawl."""
    for spider, arguments in CRAWLS:
        outcome = await run_crawl(spider, arguments, settings)
        ended = ", ".join(f"{count} {verdict}" for verdict, count in outcome.verdicts.items())
        told = " ".join(f"-a {name}={value}" for name, value in arguments.items())
        print(f"  scrapy crawl {spider} {told}: {outcome.refused or ended}", flush=True)


def main(store: str) -> None:
    simulator = Simulator()
    simulator.graph.gain_followers(START_ID, GAINED)
    simulator.graph.lose_followers(START_ID, LOST)
    print(f"Meanwhile {counted(GAINED, 'account')} came and {LOST} left. The same crawl again, and others:", flush=True)
    with simulator, tempfile.TemporaryDirectory(prefix="igcrawl-") as folder:
        asyncio.run(crawl(settings_for(simulator, store, Path(folder))))


if __name__ == "__main__":
    main(sys.argv[1])
