"""RefusedSpider: stands for a spider of ours whose crawl cannot begin, says why in one line, and sends nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any, Final

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import default_settings

from igcrawl.calling.run_context import RunContext
from igcrawl.config.promises import SWITCHES
from igcrawl.output.cli_outputs import WITHOUT_OUTPUTS

logger = logging.getLogger(__name__)

#: Scrapy's `finish_reason` of a crawl that cannot begin for what the operator gave.
BAD_INPUT: Final = "bad_input"
#: Settings of a crawl that only ends: no output of it is touched.
_NOTHING: Final = {**WITHOUT_OUTPUTS, "FEEDS": {}, "IG_SIMULATOR": False}
#: Beginnings of the names of settings that stay as they are: how the process runs and logs, who is told of its end.
_KEPT: Final = ("ADDONS", "ASYNCIO", "BOT_NAME", "EXTENSIONS", "LOG", "STATS", "TWISTED")


class RefusedSpider(Spider):
    """A spider that ends at once.

    Args:
        name: of the spider that it stands for.
        refused: why that one cannot crawl, in one line.
    """

    name = "refused"

    def __init__(self, name: str, refused: str) -> None:
        super().__init__(name)
        self.refused = refused

    async def start(self) -> AsyncIterator[Any]:
        """Give nothing."""
        nothing: tuple[Any, ...] = ()
        for each in nothing:
            yield each

    def close_refused(self) -> None:
        """Say why nothing is crawled.

        Raises:
            CloseSpider: always.
        """
        if not RunContext.of(self.crawler).told:
            logger.error(self.refused)
        raise CloseSpider(BAD_INPUT)


def refuse_crawl(crawler: Crawler, name: str, refused: str) -> RefusedSpider:
    """Return a crawl's spider that ends at once; no output of the crawl is touched.

    Args:
        crawler: the crawl's; its parts are not built yet.
        name: of the spider that it stands for.
        refused: why that one cannot crawl, in one line.
    """
    spider = RefusedSpider(name, refused)
    # The add-on leaves spiders alone that are not ours.
    crawler.spidercls = RefusedSpider
    # What was given may be what cannot be used.
    defaults = {name: getattr(default_settings, name) for name in vars(default_settings) if name.isupper()}
    harmless = {name: value for name, value in defaults.items() if not name.startswith(_KEPT) and name not in SWITCHES}
    crawler.settings.setdict({**harmless, **_NOTHING}, priority="cmdline")
    spider._set_crawler(crawler)
    crawler.signals.connect(spider.close_refused, signals.spider_idle)
    return spider
