"""Lists followers with a client that others wrote, in its own virtual environment: no other module of ours is here.

``peer_followers.py PEER mobile|rest USER_ID NUMBER OUTPUT``. What is patched in each, and no more (docs/performance.md
names the same): the base address, which becomes the simulator's, and its pauses. Its lists come page by page, as its
own paging does it, and a line a follower is written by its own way to JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import IO, Any

_URL = os.environ["IG_MOBILE_URL"]
_HOSTS = ("https://i.instagram.com", "https://www.instagram.com")
_SETTINGS = json.loads(Path(os.environ["IG_SESSION"]).read_text())


def _detour(url: str) -> str:
    for host in _HOSTS:
        if url.startswith(host):
            return _URL + url[len(host) :]
    raise SystemExit(f"asked elsewhere: {url}")


def aiograpi(surface: str, user_id: str, number: int, file: IO[str]) -> None:
    """Its sleeps off: `request_timeout` is 0 and `small_delay` returns at once. Transport: httpx, the cheaper one."""
    import aiograpi as peer
    from aiograpi import httpx_ext

    original = httpx_ext.Session.request

    async def request(self: Any, method: str, url: str, **keys: Any) -> Any:
        return await original(self, method, _detour(url), **keys)

    async def at_once(*_: Any) -> None:
        return None

    httpx_ext.Session.request = request
    peer.Client.small_delay = at_once

    async def main() -> None:
        client = peer.Client(private_transport="requests", with_challenge_flow=False)
        client.set_settings(_SETTINGS | {"request_timeout": 0, "private_transport": "requests"})
        got, cursor = 0, ""
        while got < number:
            if surface == "mobile":
                users, cursor = await client.user_followers_private_gql_chunk(user_id, max_id=cursor or None)
            else:
                users, cursor = await client.user_followers_v1_chunk(user_id, max_amount=200, max_id=cursor)
            file.writelines([user.model_dump_json() + "\n" for user in users])
            got += len(users)
            if not cursor:
                break
        for each in (client.private, client.public, client.graphql):
            await each._close()

    asyncio.run(main())


def _detour_requests() -> None:
    from requests.adapters import HTTPAdapter

    original = HTTPAdapter.send

    def send(self: Any, request: Any, **keys: Any) -> Any:
        asked, request.url = request.url, _detour(request.url)
        response = original(self, request, **keys | {"proxies": {}})
        # Else cookies would belong to the simulator's address.
        request.url = response.url = asked
        return response

    HTTPAdapter.send = send


def instagrapi(surface: str, user_id: str, number: int, file: IO[str]) -> None:
    """Its sleeps off: `request_timeout` is 0. Transport: requests, the cheaper one."""
    import instagrapi as peer

    _detour_requests()
    client = peer.Client(_SETTINGS, private_transport="requests", with_challenge_flow=False, request_timeout=0)
    got, cursor = 0, ""
    while got < number:
        if surface == "mobile":
            users, cursor = client.user_followers_private_gql_chunk(user_id, max_id=cursor or None)
        else:
            users, cursor = client.user_followers_v1_chunk(user_id, max_amount=200, max_id=cursor)
        file.writelines([user.model_dump_json() + "\n" for user in users])
        got += len(users)
        if not cursor:
            break


def instaloader(surface: str, user_id: str, number: int, file: IO[str]) -> None:
    """Its sleeps off: `sleep=False`, and a rate controller that waits for nothing. 50 a page instead of 12.

    The account's page, which it reads before a list, is not asked for.
    It knows the legacy web list only, which the server emptied in September 2026: the bench's simulator fills it.
    """
    import instaloader as peer
    from instaloader.nodeiterator import NodeIterator

    class Never(peer.RateController):
        def wait_before_query(self, query_type: str) -> None:
            return None

    _detour_requests()
    NodeIterator._graphql_page_length = 50
    peer.Profile._obtain_metadata = lambda self: None
    loader = peer.Instaloader(sleep=False, quiet=True, max_connection_attempts=1, rate_controller=Never)
    loader.load_session("simulated", dict(_SETTINGS["cookies"]))
    profile = peer.Profile(loader.context, {"id": user_id, "username": "instagram"})
    for user in islice(profile.get_followers(), number):
        file.write(json.dumps(user._node) + "\n")
    loader.close()


if __name__ == "__main__":
    name, asked, target, most, output = sys.argv[1:]
    with Path(output).open("w") as lines:
        {"aiograpi": aiograpi, "instagrapi": instagrapi, "instaloader": instaloader}[name](
            asked, target, int(most), lines
        )
