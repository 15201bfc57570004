"""The site: it is built without a warning, and a browser that shows it asks for nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.chromium import chromium_or_skip

#: Pixels: a desk and a telephone.
WIDTHS = (1280, 400)
#: Pages of every kind: a picture, commands and their output, tables, a drawing, programs.
SHOWN = ("index", "tutorial", "commands", "architecture", "write_spider")
#: Nothing is reached but this machine.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_page_of_docs_is_on_the_site_and_leads_to_no_source_that_is_missing(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        text = (site / page.name).with_suffix(".html").read_text("utf-8")
        # What GitHub takes for a list or a table is one here, too.
        assert re.findall(r"<p>[^<]*\n(?:- |\| ?---)", text) == [], page.name
        links = re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', text)
        assert [link for link in links if not (site / link).resolve().exists()] == [], page.name


def test_no_page_of_the_site_names_a_font_or_script_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//[^"]+"', text) == [], page.name


def test_in_a_browser_a_page_asks_its_own_host_only_says_no_error_and_fits_the_screen(address: str) -> None:
    from playwright.sync_api import sync_playwright

    foreign, errors, wide = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_or_skip(), args=["--no-sandbox", ALONE])
        tab = browser.new_page()
        tab.on(
            "request",
            lambda request: request.url.startswith((address, "data:", "blob:")) or foreign.append(request.url),
        )
        tab.on("console", lambda message: message.type == "error" and errors.append(message.text))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        for name in SHOWN:
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 800})
                if width == WIDTHS[0]:
                    tab.goto(f"{address}/{name}.html")
                if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wide.append((name, width))
        browser.close()
    assert (foreign, errors, wide) == ([], [], [])


def test_a_link_to_a_file_of_the_code_leads_to_a_page_that_shows_it(site: Path) -> None:
    linked = re.findall(
        r"\]\(\.\./((?:igcrawl|spiders)/[^)]+)\)", (ROOT / "docs" / "write_spider.md").read_text("utf-8")
    )
    assert linked
    for name in linked:
        shown = re.sub(r"<[^>]+>", "", (site / "source" / f"{name}.html").read_text("utf-8"))
        assert unescape((ROOT / name).read_text("utf-8").splitlines()[0]) in unescape(shown)
