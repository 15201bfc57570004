"""The demo's second half: a report with growth, doubt, overlap and both networks to see."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from igcrawl.analysis.report.model import Report
from igcrawl.analysis.report.report import gather
from igcrawl.running import run_crawl
from igcrawl.simulator import START_ID, Simulator
from tests.store.samples import opened
from tests.support import demo_report


async def reported(store: str) -> Report:
    async with opened(store) as kept:
        return await gather(kept, [], "the store")


def test_the_demo_has_everything_to_see_that_a_report_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    with Simulator() as simulator:
        first = demo_report.settings_for(simulator, store, tmp_path)
        asyncio.run(run_crawl("followers", {"user_id": str(START_ID)}, first))
    demo_report.main(store)
    report = asyncio.run(reported(store))
    lists = {(account.name, one.kind): one.last for account in report.accounts for one in account.lists}
    grown = lists["@instagram", "followers"]
    assert (grown.new, grown.gone, grown.change_doubt) == (demo_report.GAINED, demo_report.LOST, None)
    assert {name for name, last in lists.items() if last.doubt} == {("@limited.account", "followers")}
    assert [network.kind for network in report.networks] == ["suggestions", "mutual"]
    assert report.overlap is not None
    assert "scrapy crawl followers -a user_id=25025320: 1 complete" in capsys.readouterr().out
