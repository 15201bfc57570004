"""The operator's Chromium: where it is, and how it is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from igcrawl.errors import BadInput
from igcrawl.sessions.trusted_hosts import is_loopback

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_DEBIAN: Final = Path("/usr/bin/chromium")
_DOWNLOADED: Final = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
_HOW: Final = "install one with `apt-get install chromium` or `playwright install chromium`, or give --browser PATH"
#: The browser asks for nothing outside this machine.
_INSIDE: Final = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE ::1"
_QUIET: Final = ("--disable-background-networking", "--disable-component-update", "--no-first-run")


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser.

    Args:
        executable: its program, "" when it runs already.
        cdp_url: where a running one takes orders (Chrome DevTools Protocol), "" when it is to be started.
    """

    executable: str = ""
    cdp_url: str = ""

    def launch_options(self, base_url: str, *, headless: bool = True) -> dict[str, Any]:
        """Return Playwright's options to start it with.

        Args:
            base_url: what it will be led to; from loopback it cannot get out.
            headless: whether it opens no window.
        """
        arguments = list(_QUIET)
        if is_loopback(base_url):
            arguments.append(_INSIDE)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Its sandbox does not start for root, as in a container.
            arguments.append("--no-sandbox")
        return {
            "executable_path": self.executable,
            "headless": headless,
            "args": arguments,
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
        }


def find_chromium(
    browser: str | None = None, cdp: str | None = None, environment: Mapping[str, str] = os.environ
) -> Chromium:
    """Return the browser to use: the one given, Debian's, another on the PATH, or one that Playwright downloaded.

    Args:
        browser: path of its program, as the operator gave it.
        cdp: address of a running one, as the operator gave it.
        environment: says where Playwright keeps its browsers.

    Raises:
        BadInput: the one given cannot be used, or there is none.
    """
    if cdp:
        if browser:
            raise BadInput("give --browser or --cdp, not both: a running browser is not started again")
        if urlsplit(cdp).scheme not in {"http", "https", "ws", "wss"} or not is_loopback(cdp):
            raise BadInput(
                f"--cdp: a session is given only to a browser on this machine, e.g. http://127.0.0.1:9222, not {cdp!r}"
            )
        return Chromium(cdp_url=cdp)
    if browser:
        path = shutil.which(str(Path(browser).expanduser()))
        if path is None:
            raise BadInput(f"--browser: {browser!r} cannot be started")
        return Chromium(path)
    if _DEBIAN.exists():
        return Chromium(str(_DEBIAN))
    found = next(filter(None, map(shutil.which, _NAMES)), None) or _downloaded(environment)
    if found is None:
        raise BadInput(f"no Chromium found: {_HOW}")
    return Chromium(found)


def _downloaded(environment: Mapping[str, str]) -> str | None:
    """Return the newest Chromium that `playwright install` has downloaded, None without one."""
    folders = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    if environment.get("PLAYWRIGHT_BROWSERS_PATH"):
        folders.insert(0, Path(environment["PLAYWRIGHT_BROWSERS_PATH"]))
    found = [path for folder in folders for pattern in _DOWNLOADED for path in folder.glob(pattern)]
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else None
