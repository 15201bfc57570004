"""Cookies straight from a browser of this machine, by browser-cookie3 (the extra `browser`)."""

from __future__ import annotations

import importlib
import re
from typing import Any, Final

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.cookies import Cookie, settings_of

#: Browsers whose cookies can be read, as browser-cookie3 calls them.
BROWSERS: Final = (
    *("firefox", "chrome", "chromium", "brave", "edge", "vivaldi", "opera", "opera_gx", "librewolf", "safari", "arc"),
)
INSTALL: Final = "pip install 'browser-cookie3>=0.20.1,<0.21'"
_LONGEST_PROBLEM: Final = 120


def from_browser(browser: str, now: float, account: str | None = None) -> dict[str, Any]:
    """Return the settings in a browser's cookies, those of its default profile.

    Args:
        browser: one of `BROWSERS`.
        now: seconds since 1970.
        account: whose session is taken, where there are several.

    Raises:
        BadInput: there is no such browser, its cookies cannot be read, or hold no session of Instagram.
    """
    if browser not in BROWSERS:
        raise BadInput(f"--browser={browser[:40]}: expected one of {', '.join(BROWSERS)}")
    try:
        browser_cookie3 = importlib.import_module("browser_cookie3")
    except ImportError:
        raise BadInput(f"--browser needs a package that is not installed: {INSTALL}") from None
    try:
        jar = list(getattr(browser_cookie3, browser)(domain_name="instagram.com"))
    except Exception as error:
        problem = f"{browser}: its cookies cannot be read ({_problem(error)})"
        raise BadInput(f"{problem}: export them with an extension, see docs/sessions.md") from None
    cookies = (Cookie(each.name, each.value or "", each.domain, each.expires) for each in jar)
    try:
        return settings_of(cookies, now, account)
    except BadInput as error:
        raise BadInput(f"{browser}: {error}") from None


def _problem(error: Exception) -> str:
    """The library's own sentences are shown; other errors may quote what was being read."""
    own = type(error).__name__ == "BrowserCookieError"
    text = re.sub(r"\s+", " ", str(error))[:_LONGEST_PROBLEM] if own else ""
    return text or type(error).__name__
