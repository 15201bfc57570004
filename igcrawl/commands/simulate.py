"""`scrapy simulate`: an Instagram that fits in a process, on loopback."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from igcrawl.commands.refusals import refuse, refuse_in_one_line

_DESCRIPTION: Final = (
    "Serve a simulated Instagram on loopback until Ctrl-C. Another shell uses it so:",
    "  scrapy simulate > simulator.env &",
    "  set -a; . ./simulator.env; set +a",
    "  scrapy crawl followers -a user_id=$user_id -O followers.jsonl",
)


class _KeepsLines(ScrapyHelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in text.splitlines())


class Command(ScrapyCommand):
    """Serve the simulator until Ctrl-C."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--port N] [--users N] [--seed N] [--script faults.toml]"

    def long_desc(self) -> str:
        """Return what stands above the options: how another shell uses the simulator."""
        return "\n".join(_DESCRIPTION)

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Serve a simulated Instagram on loopback"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the simulator's options."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.formatter_class = _KeepsLines
        parser.add_argument("--port", default="0", help="port on 127.0.0.1 (default: a free one)")
        parser.add_argument(
            "--users", default="1000", help="accounts, all of which follow the account that is printed (default: 1000)"
        )
        parser.add_argument("--seed", default="7", help="the same seed gives the same accounts (default: 7)")
        parser.add_argument("--script", default=None, help="a TOML file of faults and limits")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve."""
        # Scrapy imports every command for each, and the web server takes 0.3 s.
        from igcrawl.simulator.serve import SimulatorError, serve  # noqa: PLC0415

        if args:
            refuse(f"scrapy simulate takes options only, not {args[0]!r}")
        port, users, seed = (_whole_number(opts, name) for name in ("port", "users", "seed"))
        try:
            self.exitcode = serve(port, users, seed, Path(opts.script) if opts.script else None)
        except SimulatorError as error:
            refuse(str(error))


def _whole_number(opts: argparse.Namespace, name: str) -> int:
    try:
        return int(getattr(opts, name))
    except ValueError:
        refuse(f"--{name}: expected a whole number, got {getattr(opts, name)!r}")
