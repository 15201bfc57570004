"""A login by hand: a window opens, a human does what Instagram asks, and the session is what is left of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from igcrawl.capture.chromium import Chromium
from igcrawl.errors import BadInput, NotLoggedIn
from igcrawl.sessions.trusted_hosts import is_trusted
from igcrawl.wording import counted

#: Seconds that a human has by default: a captcha and a code by mail take their time.
TIME_LIMIT: Final = 600.0
_LOGIN: Final = "/accounts/login/"
_LOOK_EVERY: Final = 0.25
_KEPT: Final = ("sessionid", "ds_user_id", "csrftoken", "mid", "ig_did", "rur", "datr")


async def login(
    base_url: str,
    chromium: Chromium,
    *,
    seconds: float = TIME_LIMIT,
    headless: bool = False,
    on_page: Callable[[Page], Awaitable[None]] | None = None,
) -> dict[str, Any]:
    """Open the login page, wait until a human has logged in, and return the session's settings (`settings_of`).

    Nothing is typed or clicked. The window has cookies of its own, which end with it.

    Args:
        base_url: of the website, without a last slash.
        chromium: the browser.
        seconds: how long the human has.
        headless: whether to open no window, for tests that put something in the human's place.
        on_page: awaited with the login page, for the same.

    Raises:
        BadInput: no session may come from there, or the browser does not start.
        NotLoggedIn: the time is up, or the window was closed.
    """
    if not is_trusted(base_url):
        raise BadInput(f"IG_WEB_URL: a session comes from https://*.instagram.com or loopback only, not {base_url!r}")
    async with async_playwright() as playwright:
        browser = await _start(playwright, chromium, base_url, headless=headless)
        try:
            context = await browser.new_context(no_viewport=not headless)
            page = await context.new_page()
            await page.goto(base_url + _LOGIN, wait_until="domcontentloaded")
            if on_page is not None:
                await on_page(page)
            return settings_of(await _cookies(context, base_url, seconds), time.time())
        except Error as error:
            raise NotLoggedIn(f"the window was closed or did not open: {_first_line(error)}") from None
        finally:
            # Ctrl-C reaches the browser, too, and it may be gone already.
            with suppress(Error):
                await browser.close()


def settings_of(cookies: Mapping[str, str], now: float) -> dict[str, Any]:
    """Return a browser's cookies as the settings JSON that aiograpi and instagrapi write.

    Args:
        cookies: by name.
        now: unix time, in seconds.
    """
    ds_user_id = cookies.get("ds_user_id") or unquote(cookies["sessionid"]).partition(":")[0]
    return {
        "mid": cookies.get("mid", ""),
        "authorization_data": {
            "ds_user_id": ds_user_id,
            "sessionid": cookies["sessionid"],
            "should_use_header_over_cookies": True,
        },
        "cookies": dict(cookies),
        "last_login": now,
    }


async def _start(playwright: Playwright, chromium: Chromium, base_url: str, *, headless: bool) -> Browser:
    try:
        if chromium.cdp_url:
            return await playwright.chromium.connect_over_cdp(chromium.cdp_url)
        return await playwright.chromium.launch(**chromium.launch_options(base_url, headless=headless))
    except Error as error:
        if "XServer" in str(error) or "DISPLAY" in str(error):
            problem = "there is no screen to open a window on: log in on a computer that has one, and copy the file"
            raise BadInput(f"{problem}; or --cdp with a browser that runs") from None
        raise BadInput(f"the browser does not start: {_first_line(error)}") from None


async def _cookies(context: BrowserContext, base_url: str, seconds: float) -> dict[str, str]:
    """Wait for the cookies of somebody who is logged in."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        held = _held(await context.cookies(base_url))
        if held.get("sessionid") and held.get("ds_user_id"):
            return held
        if not context.pages:
            raise NotLoggedIn("the window was closed before the login had ended; nothing was saved")
        await asyncio.sleep(_LOOK_EVERY)
    raise NotLoggedIn(f"no login within {counted(round(seconds), 'second')}; nothing was saved")


def _held(cookies: Iterable[Any]) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in cookies if cookie["name"] in _KEPT and cookie["value"]}


def _first_line(error: Error) -> str:
    return error.message.strip().splitlines()[0][:200] if error.message.strip() else "no reason given"
