"""A real Chromium in the simulator's website: capture and login."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from igcrawl.budget.session_state import EXPIRED, PARKED, SessionState
from igcrawl.capture import read_capture
from igcrawl.capture.chromium import Chromium
from igcrawl.capture.login import login
from igcrawl.doc_ids import read_own
from igcrawl.errors import NotLoggedIn
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, write_private
from igcrawl.simulator import LoggedRequest, Simulator
from tests.simulator.client import Client
from tests.support import crawls
from tests.support.chromium import chromium_or_skip
from tests.support.crawls import CrawlProcess
from tests.support.place import Place
from tests.support.session_file import secrets_of
from tests.support.session_states import at, change_state

WEB = {
    "PolarisProfilePageContentQuery": "user_profile",
    "PolarisSearchBoxRefetchableQuery": "user_lookup",
    "edge_followed_by": "followers_web",
    "edge_chaining": "related_profiles",
}


@pytest.fixture(scope="module")
def browser() -> Chromium:
    return Chromium(chromium_or_skip())


@pytest.fixture(scope="module")
def cdp_url(browser: Chromium) -> Iterator[str]:
    """Where a browser takes orders that runs already: all who do not care which one it is have it together."""
    with running(browser, "http://127.0.0.1") as url:
        yield url


CRAWL = ("crawl", "operation", "-a", "name=user_lookup", "-a", 'args={"username":"instagram"}')


@dataclass
class Captured:
    """A capture after a rotation.

    Args:
        place: where it ran.
        before: the ids that a crawl before it asked.
        done: the capture.
        new: the ids by their queries' names.
        asked: what it asked for.
    """

    place: Place
    before: list[str | None]
    done: CrawlProcess
    new: dict[str, str]
    asked: list[LoggedRequest]


@pytest.fixture(scope="module")
def captured(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captured]:
    """One run for all who look at what it did."""
    with Simulator() as simulator:
        place = Place(simulator, tmp_path_factory.mktemp("captured"))
        new = {name: simulator.rotations.now(operation) for name, operation in WEB.items()} | simulator.web_queries
        run(place, *CRAWL)
        asked_before = len(simulator.requests)
        done = run(place, "docids", "capture", "--write", "--all", IG_BUDGET_HOUR="100", IG_PACE="burst")
        before = [each.doc_id for each in simulator.requests[:asked_before]]
        yield Captured(place, before, done, new, simulator.requests[asked_before:])


@pytest.fixture
def place(browser: Chromium, simulator: Simulator, tmp_path: Path) -> Place:
    """A folder with the simulator's session."""
    return Place(simulator, tmp_path)


def start(place: Place, *command: str, **environment: str) -> CrawlProcess:
    """Begin ``scrapy …``, with a log of its own."""
    log = place.folder / f"run-{len(list(place.folder.glob('run-*')))}.txt"
    return crawls.start(*command, folder=place.folder, log=log, **{**place.environment, **environment})


def run(place: Place, *command: str, **environment: str) -> CrawlProcess:
    """Run ``scrapy …`` to its end."""
    process = start(place, *command, **environment)
    process.wait()
    return process


def account_of(place: Place) -> str:
    return str(place.simulator.session["cookies"]["ds_user_id"])  # type: ignore[index]


def state_of(place: Place) -> SessionState:
    """What is known of the session."""
    return change_state(place.folder, account_of(place), server=at(place.simulator))


def test_capture_finds_every_web_id_after_a_rotation(captured: Captured) -> None:
    assert captured.done.wait() == 0, captured.done.log
    own = read_own(captured.place.folder / "doc_ids.toml")
    assert {name: own[name].ids[0].id for name in captured.new} == captured.new
    assert {name for name in WEB if name not in captured.done.log} == set()
    # None of them loses a variable of its operation.
    assert [name for name in WEB if own[name].ids[0].variables] == []


def test_a_crawl_asks_captured_ids_and_no_others(captured: Captured) -> None:
    ids = set(captured.new.values())
    assert captured.before[0] not in {None, *ids}
    asked_before = len(captured.place.simulator.requests)
    again = run(captured.place, *CRAWL)
    assert again.wait() == 0, again.log
    assert {each.doc_id for each in captured.place.simulator.requests[asked_before:]} <= ids


def test_the_session_goes_to_the_website_and_is_not_shown(captured: Captured) -> None:
    asked = captured.asked
    assert {each.session for each in asked if "/lazy." not in each.path} == {account_of(captured.place)}
    assert [each.session for each in asked if "/lazy." in each.path] == [None]
    for name, secret in secrets_of(captured.place.simulator.session).items():
        assert secret not in captured.done.log, name


def test_page_loads_count_against_the_budget(captured: Captured) -> None:
    below = ("/static/", "/graphql/")
    pages = [each.path for each in captured.asked if not each.path.startswith(below)]
    sent = state_of(captured.place).sent.steady
    assert {family: len(times) for family, times in sent.items()} == {"custom": len(pages)} == {"custom": 5}


def test_an_expired_login_parks_the_session_and_nothing_is_loaded_with_it_any_more_but_a_browser_that_ran_runs_on(
    place: Place, cdp_url: str
) -> None:
    place.simulator.sessions.revoke_all()
    done = run(place, "docids", "capture", "--cdp", cdp_url)
    assert done.wait() == 3
    assert "log in again" in done.log
    assert [request.path for request in place.simulator.requests] == ["/", "/accounts/login/"]
    assert state_of(place).parked == EXPIRED
    with urlopen(f"{cdp_url}/json/version") as answer:
        assert answer.status == 200

    again = run(place, "docids", "capture")
    assert again.wait() == 3
    assert "session session.json: login expired since" in again.log
    assert len(place.simulator.requests) == 2

    place.simulator.sessions.renew()
    place.simulator.write_session(place.folder / "session.json")
    assert "the browser does not start" in run(place, "docids", "capture", "--browser", "/bin/true").log
    assert state_of(place).parked is None


def test_a_challenge_parks_the_session_and_ends_the_capture(place: Place, cdp_url: str) -> None:
    # The first page and its script come before.
    place.simulator.faults.add(kind="challenge_redirect", nth=3)
    done = run(place, "docids", "capture", "--cdp", cdp_url)
    assert done.wait() == 3
    assert "/challenge" in done.log
    assert "scrapy session resume session.json" in done.log
    pages = [request.path for request in place.simulator.requests if "/static/" not in request.path]
    assert pages[:2] == ["/", "/instagram/"]
    assert len(pages) == 3
    assert pages[2].startswith("/challenge/")
    assert state_of(place).parked == PARKED


def test_a_throttled_page_makes_the_session_rest_and_the_next_capture_waits_for_it(place: Place, cdp_url: str) -> None:
    place.simulator.faults.add(kind="throttle", nth=1)
    assert run(place, "docids", "capture", "--cdp", cdp_url, IG_COOLDOWN="600").wait() == 1
    assert state_of(place).cools_until(time.time()) > time.time() + 500

    waiting = start(place, "docids", "capture", "-L", "DEBUG", IG_WAIT_MAX="")
    crawls.until(lambda: "waiting until" in waiting.log)
    waiting.signal(signal.SIGINT)
    assert waiting.wait(10) == 1
    assert "it was stopped" in waiting.log
    assert len(place.simulator.requests) == 1


def test_a_capture_can_be_stopped_while_a_page_loads(place: Place) -> None:
    place.simulator.faults.add(kind="delay", delay=60, nth=1)
    loading = start(place, "docids", "capture")
    crawls.until(lambda: place.simulator.requests)
    loading.signal(signal.SIGINT)
    assert loading.wait(10) == 1
    assert "it was stopped" in loading.log
    assert "Traceback" not in loading.log


def test_a_browser_that_does_not_start_is_bad_input(place: Place) -> None:
    for option in (("--browser", "/bin/true"), ("--cdp", "http://127.0.0.1:1")):
        done = run(place, "docids", "capture", *option)
        assert (done.wait(), done.log.count("\n")) == (2, 1), done.log
        assert done.log.startswith("igcrawl: the browser does not start")


def test_login_waits_for_the_second_factor_and_gives_a_session_that_can_be_used(
    browser: Chromium, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.sessions.second_factor = True

    async def human(page: Page) -> None:
        await page.fill("[name=username]", simulator.sessions.username)
        await page.fill("[name=password]", simulator.sessions.password)
        await page.click("button")
        await page.fill("[name=verificationCode]", simulator.sessions.code)
        await page.click("button")

    settings = asyncio.run(login(simulator.web_url, browser, seconds=10, headless=True, on_page=human))

    path = tmp_path / "mine.json"
    write_private(path, Session(settings).dump())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_session(path).ds_user_id == simulator.session["cookies"]["ds_user_id"]  # type: ignore[index]
    client = Client(simulator, **json.loads(path.read_text()))
    assert client.mobile("followers", {"user_id": "25025320"}).status == 200
    assert client.web(simulator.web_queries["PolarisProfilePageContentQuery"], {"id": "25025320"}).json["data"]["user"]


def test_session_login_saves_what_a_human_has_done_in_the_window(place: Place, cdp_url: str) -> None:
    Path(place.folder / "session.json").unlink()
    waiting = start(place, "session", "login", "--name", "mine", "--cdp", cdp_url, IG_SESSION="")
    crawls.until(
        lambda: any(each.path == "/accounts/login/" for each in place.simulator.requests) or waiting.ended_within(0)
    )
    asyncio.run(log_in(place, cdp_url))
    assert waiting.wait() == 0, waiting.log
    assert f"session mine: imported, account {account_of(place)}" in waiting.log
    saved = place.folder / "sessions" / "mine.json"
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [name for name, secret in secrets_of(json.loads(saved.read_bytes())).items() if secret in waiting.log] == []
    crawled = run(place, *CRAWL, IG_SESSION="mine")
    assert crawled.wait() == 0, crawled.log


async def log_in(place: Place, cdp_url: str) -> None:
    """What a human does in the window of another program."""
    async with async_playwright() as playwright:
        seen = await playwright.chromium.connect_over_cdp(cdp_url)
        pages = [page for context in seen.contexts for page in context.pages if "/login/" in page.url]
        await pages[0].fill("[name=username]", place.simulator.sessions.username)
        await pages[0].fill("[name=password]", place.simulator.sessions.password)
        await pages[0].click("button")


def test_login_ends_when_nobody_logs_in_or_the_window_is_closed(cdp_url: str, simulator: Simulator) -> None:
    browser = Chromium(cdp_url=cdp_url)
    with pytest.raises(NotLoggedIn, match="no login within 0 seconds"):
        asyncio.run(login(simulator.web_url, browser, seconds=0.1, headless=True))

    with pytest.raises(NotLoggedIn, match="window was closed"):
        asyncio.run(login(simulator.web_url, browser, seconds=10, headless=True, on_page=Page.close))


def test_chromiums_own_har_can_be_imported(browser: Chromium, simulator: Simulator, tmp_path: Path) -> None:
    async def visit() -> None:
        async with context(browser, simulator, record_har_path=tmp_path / "web.har") as tab:
            page = await tab.new_page()
            await page.goto(f"{simulator.web_url}/instagram/followers/", wait_until="networkidle")

    asyncio.run(visit())
    captured = read_capture(tmp_path / "web.har", {}, frozenset({"127.0.0.1"}))
    current = {name: simulator.doc_ids.current(operation) for name, operation in WEB.items()}
    del current["PolarisSearchBoxRefetchableQuery"]
    assert {each.name: each.doc_id for each in captured.seen_queries} == current


@asynccontextmanager
async def context(browser: Chromium, simulator: Simulator, **options: object) -> AsyncIterator[BrowserContext]:
    """A browser that holds the simulator's session."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(**browser.launch_options(simulator.web_url))
        tab = await running.new_context(**options)  # type: ignore[arg-type]
        sessionid = simulator.session["cookies"]["sessionid"]  # type: ignore[index]
        await tab.add_cookies([{"name": "sessionid", "value": sessionid, "url": simulator.web_url}])
        yield tab
        await tab.close()
        await running.close()


@contextmanager
def running(browser: Chromium, url: str) -> Iterator[str]:
    """A browser that somebody else has started, and where it takes orders."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = [*browser.launch_options(url)["args"], "--headless=new", f"--user-data-dir={folder}"]
        started = subprocess.Popen(
            [browser.executable, *options, f"--remote-debugging-port={port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            cdp_url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 15
            while not _answers(port):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield cdp_url
        finally:
            started.terminate()
            started.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
