"""`scrapy budget`: what sessions have used, what is left, and when they may send again."""

from __future__ import annotations

import argparse
import asyncio
import time

from scrapy.commands import ScrapyCommand

from igcrawl.budget.report import forget, no_budget, state_lines
from igcrawl.budget.session_state import SessionState
from igcrawl.budget.state_store import change_state, read_state
from igcrawl.cli.command_config import config_of
from igcrawl.commands.crawl import refuse
from igcrawl.config.config import Config
from igcrawl.errors import BadInput, StoreError
from igcrawl.printable import say
from igcrawl.sessions.source import SessionSource
from igcrawl.store import opened
from igcrawl.verdict import ExitCode


class Command(ScrapyCommand):
    """Show budgets, or drop what was learned."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--all | --forget]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return (
            "Show what a session has used, what is left and when it may send; --forget drops learned ceilings and rest"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help="every account that the store knows")
        parser.add_argument("--forget", action="store_true", help="drop the session's learned ceilings and its rest")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show, or drop."""
        if args:
            refuse(f"scrapy budget takes options only, not {args[0]!r}; the session is IG_SESSION's")
        assert self.settings is not None
        try:
            config = config_of(self.settings)
            given = config.session_source != SessionSource()
            if opts.forget and (opts.all or not given):
                refuse("scrapy budget --forget: give one session, IG_SESSION=…")
            asyncio.run(_forget(config) if opts.forget else _show(config, all_of_them=opts.all or not given))
        except BadInput as error:
            refuse(str(error))
        except StoreError as error:
            refuse(str(error), ExitCode.INCOMPLETE)


async def _show(config: Config, *, all_of_them: bool) -> None:
    now, budget = time.time(), config.rules.budget
    if budget is None:
        say(no_budget(config.paced))
    session = None if all_of_them else config.check_session()
    async with opened(config.store) as store:
        known = await store.sessions.accounts() if store is not None else []
        accounts = known if session is None else [session.ds_user_id]
        if not accounts:
            say("no session has sent anything yet")
        for account in accounts:
            state = await read_state(store, account)
            name = account if session is None else config.session_name
            say(f"session {name}" + (f", account {account}" if name != account else ""))
            for line in state_lines(state, budget, name, now, session.fingerprint if session is not None else None):
                say(f"  {line}")


async def _forget(config: Config) -> None:
    account, now = config.check_session().ds_user_id, time.time()

    def drop(state: SessionState) -> str:
        return forget(state, now)

    async with opened(config.store) as store:
        said = await change_state(store, account, drop) if store is not None else drop(SessionState())
    say(f"session {config.session_name}: {said}")
