"""`scrapy completion`: a script by which a shell completes what is typed after `scrapy`."""

from __future__ import annotations

import argparse
import sys
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refusing_errors


class Command(ScrapyCommand):
    """Print a script for a shell."""

    requires_project = True
    requires_crawler_process = False
    #: What it can be told to do.
    ACTIONS: ClassVar = {
        "bash": "`scrapy completion bash > ~/.local/share/bash-completion/completions/scrapy`, for every shell",
        "zsh": '`eval "$(scrapy completion zsh)"` in `.zshrc`, after `compinit`',
        "fish": "`scrapy completion fish > ~/.config/fish/completions/scrapy.fish`",
    }

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "bash | zsh | fish"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Print a script that lets a shell complete spiders, arguments, operations and sessions"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the script."""
        from igcrawl.cli import completion  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.wording import did_you_mean, nearest  # noqa: PLC0415

        if len(args) != 1 or args[0] not in completion.SHELLS:
            meant = did_you_mean(nearest(args[0], completion.SHELLS)) if args else ""
            refuse(f"{meant}give one shell: {', '.join(completion.SHELLS)}")
        assert self.settings is not None
        with refusing_errors():
            sys.stdout.write(completion.script_for(self.settings, args[0]))
