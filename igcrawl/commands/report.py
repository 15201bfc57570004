"""`scrapy report`: what the store holds, as one HTML file to look at."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import answer_from_store, refuse


class Command(ScrapyCommand):
    """Write a report."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "OUT.html [ACCOUNT …]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Write a page about what the store holds: growth, who is new and gone, overlap, networks, requests"

    def run(self, args: list[str], opts: object) -> None:
        """Write, and say how to open it."""
        from igcrawl.analysis.report import report  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.cli import command_config  # noqa: PLC0415 - as above

        if not args:
            refuse("give the file to write: scrapy report report.html [ACCOUNT …]; without an account, all")

        def asked() -> Coroutine[Any, Any, None]:
            order = report.ReportOrder(out=args[0], accounts=args[1:])
            return report.report(command_config.config_with_store(self.settings), order)

        self.exitcode = answer_from_store(asked)
