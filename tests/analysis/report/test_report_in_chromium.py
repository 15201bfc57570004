"""The page in a real Chromium: it asks for nothing, complains of nothing, and can be read in every window and light."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from igcrawl.analysis.report.page import page_of, vega
from igcrawl.capture.chromium import Chromium
from tests.analysis.report.samples import followers, network, report
from tests.analysis.report.test_page import ATTACK, VEGA
from tests.support.chromium import chromium_or_skip

WIDTHS = (1280, 400)
LIGHTS = ("light", "dark")
#: What WCAG AA asks for text of this size.
CONTRAST = 4.5
#: Gives what can be said of a page as it is shown: how wide it is, and each text's size, contrast and place.
LOOK = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (color) => {
    const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = Array.from(rgba(color)).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (rgba(color)[3] === 255) return color;
    }
    return "white";
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || element.closest("script, style, noscript, title") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const drawn = element.ownerSVGElement;
    const scale = drawn ? drawn.getBoundingClientRect().width / (drawn.viewBox.baseVal.width || 1) : 1;
    const [a, b] = [light(drawn ? style.fill : style.color), light(behind(element))];
    texts.push({
      words, size: parseFloat(style.fontSize) * scale, contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
      hidden: box.width < 2, in_chart: !!element.closest(".chart"),
    });
  }
  const all = (selector) => [...document.querySelectorAll(selector)];
  const lacks_head = (table) => ["col", "row"].some((scope) => !table.querySelector(`th[scope=${scope}]`));
  return {
    width: document.documentElement.scrollWidth, texts,
    charts: all(".chart svg.marks").length, places: all(".chart").length,
    wide: all("figure svg").filter((svg) => svg.getBoundingClientRect().right > innerWidth).length,
    images: all("[role=img]").map((each) => each.getAttribute("aria-label")),
    page: getComputedStyle(document.body).backgroundColor,
    headings: all("h1, h2, h3, h4").map((each) => Number(each.tagName[1])),
    headless: all("table").filter(lacks_head).length,
    lost: all("a").filter((each) => !document.querySelector(each.getAttribute("href"))).length,
  };
}"""


@dataclass
class Seen:
    """What a browser made of a page.

    Args:
        views: what LOOK says, by width and light.
        said: lines of its console, errors, dialogs.
        asked: what it asked for, but for the page itself.
        tooltip: what stands beside a bar that is pointed at.
    """

    views: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tooltip: str = ""


async def look(browser: Chromium, path: Path) -> Seen:
    seen, address = Seen(), path.as_uri()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(**browser.launch_options("http://127.0.0.1"))
        page = await running.new_page(viewport={"width": WIDTHS[0], "height": 900})
        page.on("console", lambda message: seen.said.append(message.text))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.on("dialog", lambda dialog: seen.said.append(dialog.message))
        page.on("request", lambda request: seen.asked.append(request.url))
        await page.goto(address)
        await page.wait_for_selector("html[data-drawn]", state="attached")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            # A chart is drawn anew when its window has another size.
            await page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")
            for light in LIGHTS:
                await page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
                seen.views[width, light] = await page.evaluate(LOOK)
        await page.locator(".chart .mark-rect path").first.hover()
        await page.wait_for_selector("#vg-tooltip-element.visible")
        seen.tooltip = await page.inner_text("#vg-tooltip-element")
        await running.close()
    seen.asked.remove(address)
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One browser for all who look at what it made of the page; the page has an attacker's names in it."""
    browser = Chromium(chromium_or_skip())
    path = tmp_path_factory.mktemp("report") / "report.html"
    networks = [network(120, 300), network(20, 40, "mutual", ATTACK)]
    accounts = [followers(), followers(ATTACK, pk="1", full_name="W" * 200)]
    path.write_text(page_of(report(*accounts, networks=networks)))
    yield asyncio.run(look(browser, path))


def test_it_asks_for_nothing(seen: Seen) -> None:
    assert seen.asked == []


def test_it_has_nothing_to_complain_of_and_runs_nobody_else_s_script(seen: Seen) -> None:
    assert seen.said == []


def test_every_chart_is_drawn_and_says_what_it_shows(seen: Seen) -> None:
    view = seen.views[1280, "light"]
    assert view["charts"] == view["places"] == 6
    assert len(view["images"]) == 6 + 2
    assert all(len(words) > 30 for words in view["images"])


def test_a_mark_that_is_pointed_at_tells_its_figures(seen: Seen) -> None:
    assert "3 May 2026 and 17 May 2026" in seen.tooltip
    assert "120" in seen.tooltip


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_as_wide_as_its_window(seen: Seen, width: int) -> None:
    view = seen.views[width, "light"]
    assert (view["width"], view["wide"]) == (width, 0)


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_text_is_large_enough_and_stands_out(seen: Seen, width: int, light: str) -> None:
    texts = [text for text in seen.views[width, light]["texts"] if not text["hidden"]]
    assert len(texts) > 150
    assert [text for text in texts if text["size"] < 12] == []
    assert [text for text in texts if text["contrast"] < CONTRAST] == []


def test_light_and_dark_are_told_apart(seen: Seen) -> None:
    pages = [seen.views[1280, light]["page"] for light in LIGHTS]
    assert pages == ["rgb(251, 250, 247)", "rgb(20, 24, 30)"]


def test_headings_go_down_step_by_step_tables_have_heads_and_links_lead_somewhere(seen: Seen) -> None:
    view = seen.views[1280, "light"]
    levels = view["headings"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert (view["headless"], view["lost"]) == (0, 0)


def test_the_library_is_as_small_as_the_page_s_limit_takes_it_to_be() -> None:
    assert len(vega().encode()) < VEGA
