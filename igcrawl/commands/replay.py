"""`scrapy replay`: a saved answer, or an archive of them, as records; offline."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors


class Command(ScrapyCommand):
    """Read saved answers."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "OPERATION FILE [-a args='{…}'] [-O out.jsonl] | ARCHIVE.jsonl.zst [-O out.jsonl]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Read a saved answer, or an IG_RAW archive, into records, offline; FILE - is standard input"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument("-a", dest="given", action="append", default=[], metavar="args={…}", help="the call's args")
        parser.add_argument("-O", dest="output", metavar="FILE", help="JSON lines file (default: standard output)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, and write the records."""
        from igcrawl.cli import command_config, replay_files  # noqa: PLC0415 - Scrapy imports every command

        with refusing_errors():
            fields = command_config.config_of(self.settings).fields
            if replay_files.names_archive(args) and not opts.given:
                self.exitcode = replay_files.replay_archive_file(args[0], opts.output, fields)
            elif len(args) == 2:
                self.exitcode = replay_files.replay_answer_file(args[0], args[1], opts.given, opts.output, fields)
            else:
                refuse("give an operation and a file, or an archive named *.jsonl.zst")
