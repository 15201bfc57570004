"""The pace of a session: whoever sends with it, the store gives out the moments."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.utils.test import get_crawler

from igcrawl.budget import JITTER, PAUSE
from igcrawl.call import Call, Host
from igcrawl.config import from_environment
from igcrawl.crawl import CrawlRun
from igcrawl.middlewares.pace import PaceMiddleware
from igcrawl.request import to_request
from igcrawl.stopping import Stopping
from igcrawl.store import Limits

REAL = {Host.MOBILE: "https://i.instagram.com", Host.WEB: "https://www.instagram.com"}
SAFE = {"DOWNLOAD_VERIFY_CERTIFICATES": True, "REDIRECT_ENABLED": False, "METAREFRESH_ENABLED": False}


def test_two_workers_of_one_session_share_its_pace(
    session_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def noted(self: Stopping, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(Stopping, "sleep", noted)
    store = f"sqlite:///{tmp_path / 'store.db'}"
    given = {**from_environment({}), **SAFE, "COOKIES_ENABLED": False, "IG_SESSION": str(session_file)}

    async def send_with_two() -> None:
        crawlers = [get_crawler(settings_dict=given) for _ in range(2)]
        runs = [CrawlRun.begin(crawler, store, Limits(), 0) for crawler in crawlers]
        for run in runs:
            await run.store.open()
        for crawler in (*crawlers, *crawlers):
            request = to_request(Call("user_profile", {"user_id": "1"}), REAL)
            await PaceMiddleware(crawler).process_request(request)
        for run in runs:
            await run.leave()

    asyncio.run(send_with_two())
    assert waits[0] == 0
    for earlier, later in pairwise(waits):
        assert PAUSE - 5 < later - earlier <= PAUSE * (1 + JITTER)
