"""Followers by Scrapy and nothing else: what its engine costs a page, whatever a project adds.

No signing, no check, no resume, no verdict. ``scrapy_followers.py mobile|rest USER_ID NUMBER OUTPUT [items]``: a line
of JSON a follower, page by page until there are NUMBER, written by the spider itself, or with `items` by Scrapy's feed.
"""

from __future__ import annotations

import base64
import os
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import orjson
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from tests.bench.bare_loop import MOBILE_FORM, REST_QUERY


class Followers(Spider):
    """Ask page by page, each after the one before."""

    name = "followers"

    def __init__(self, surface: str, user_id: str, number: int, file: BinaryIO | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.surface, self.user_id, self.number, self.file = surface, user_id, number, file
        self.base, self.rank_token = os.environ["IG_MOBILE_URL"], str(uuid.uuid4())
        session = orjson.loads(Path(os.environ["IG_SESSION"]).read_bytes())
        token = base64.b64encode(orjson.dumps(session["authorization_data"])).decode()
        self.headers = {
            "User-Agent": session["user_agent"],
            "Authorization": f"Bearer IGT:2:{token}",
            "X-IG-App-ID": "567067343352427",
            "Accept-Encoding": "identity",
        }

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page."""
        yield self.page_after(None)

    def page_after(self, cursor: str | None) -> Request:
        """Return the request for the page at a cursor."""
        if self.surface == "rest":
            query = urlencode(REST_QUERY | {"rank_token": self.rank_token} | ({"max_id": cursor} if cursor else {}))
            url = f"{self.base}/api/v1/friendships/{self.user_id}/followers/?{query}"
            return Request(url, headers=self.headers, dont_filter=True)
        variables = {"user_id": self.user_id, "request_data": {"rank_token": self.rank_token}, "max_id": cursor}
        form = {
            "X-FB-Friendly-Name": "FollowersList",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        return Request(
            f"{self.base}/graphql/query",
            method="POST",
            headers=self.headers | form,
            body=urlencode(MOBILE_FORM | {"variables": orjson.dumps(variables)}),
            dont_filter=True,
        )

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """Give or write the users of a page, and ask for the next."""
        page = orjson.loads(response.body)
        if self.surface == "mobile":
            (page,) = (value for key, value in page["data"].items() if "friendships__followers" in key)
        if self.file is None:
            yield from page["users"]
        else:
            for user in page["users"]:
                self.file.write(orjson.dumps(user, option=orjson.OPT_APPEND_NEWLINE))
        self.number -= len(page["users"])
        if self.number > 0 and page.get("next_max_id"):
            yield self.page_after(page["next_max_id"])


def main(surface: str, user_id: str, number: str, output: str, ending: str = "") -> None:
    """Run the spider in a process of its own."""
    feeds = {output: {"format": "jsonlines", "overwrite": True}} if ending == "items" else {}
    process = AsyncCrawlerProcess({"FEEDS": feeds, "LOG_LEVEL": "ERROR", "COOKIES_ENABLED": False})
    with nullcontext() if feeds else Path(output).open("wb") as file:
        process.crawl(Followers, surface=surface, user_id=user_id, number=int(number), file=file)
        process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
