"""Check of a session: asks for its own profile as any crawl does, so that budget and parking apply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.config.config import Config
from igcrawl.crawl.logs import quieten
from igcrawl.crawl.walk_rows import SESSION_CHECK, seed_of
from igcrawl.errors import BadInput
from igcrawl.items import Page, Profile, WalkEnd
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.cli_outputs import WITHOUT_OUTPUTS
from igcrawl.paths import given_on_command_line
from igcrawl.store import Seed
from igcrawl.verdict import ExitCode, Verdict

#: A check waits no longer for its turn, in seconds.
WAITS: Final = 60
#: Settings of a run that shows nothing but what it finds out.
SETTINGS: Final[dict[str, Any]] = {**WITHOUT_OUTPUTS, "FEEDS": {}}


class CheckSpider(OperationSpider):
    """Asks for the profile of the session's own account, and keeps it from the outputs."""

    name = SESSION_CHECK
    main_record = Profile.TYPE
    profile: Profile | None = None
    reason = "nothing was asked"

    def seeds(self) -> Iterator[Seed]:
        """Give the one walk."""
        account = self.config.check_session().ds_user_id
        yield seed_of(OPERATIONS["user_profile"], {"user_id": account}, target=account)

    async def deliver(self, page: Page) -> None:
        """Keep what was found."""
        for record in page.records:
            if isinstance(record, Profile):
                self.profile = record
            elif isinstance(record, WalkEnd):
                self.reason = record.reason or record.verdict


def check(settings: Settings, config: Config) -> tuple[str, ExitCode]:
    """Ask for the profile of a session's own account.

    Args:
        settings: Scrapy's.
        config: what they say.

    Returns:
        What to tell the operator, and the exit code.

    Raises:
        BadInput: the session cannot be used.
    """
    if config.simulator:
        raise BadInput("the embedded simulator (IG_SIMULATOR) brings a session of its own: there is nothing to check")
    account = config.check_session().ds_user_id
    name = config.session_name
    settings.setdict(SETTINGS, priority="cmdline")
    for setting, value in (("LOG_LEVEL", "ERROR"), ("IG_WAIT_MAX", WAITS)):
        if not given_on_command_line(settings, setting):
            settings.set(setting, value, priority="cmdline")
    quieten(str(settings["LOG_LEVEL"]))
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(CheckSpider)
    process.crawl(crawler, fresh="1")
    process.start()
    spider = crawler.spider
    if not isinstance(spider, CheckSpider):
        return f"session {name}: the check could not begin", ExitCode.INCOMPLETE
    if spider.refused is not None:
        return spider.refused
    if spider.profile is not None:
        return f"session {name}: works, username {spider.profile.username}, account {account}", ExitCode.OK
    code = ExitCode.TROUBLE if Verdict.BLOCKED in spider.verdicts else ExitCode.INCOMPLETE
    return f"session {name}: {spider.reason}", code
