"""Topics of `scrapy help NAME`: a spider, a command or an operation."""

from __future__ import annotations

from scrapy.settings import Settings

from igcrawl.cli.help_text import help_width, section
from igcrawl.cli.known_commands import commands_of, loader_of
from igcrawl.cli.operation_help import print_operation
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS, find_operation
from igcrawl.printable import say
from igcrawl.wording import did_you_mean, nearest


def print_topic(settings: Settings, name: str | None) -> list[str] | None:
    """Print what is known of a name; without one, which names there are.

    Args:
        settings: the project's; the add-ons' early ones are added.
        name: of a spider, command or operation, looked for in this order.

    Returns:
        The command whose ``-h`` says it, None where it was printed.

    Raises:
        BadInput: there is nothing of this name, or the spiders cannot be imported.
    """
    spiders = loader_of(settings).list()
    commands = {name: command.short_desc() for name, command in commands_of(settings).items()}
    if name is None:
        _print_names(spiders, commands)
        return None
    if name in spiders:
        return ["crawl", name]
    if name in commands:
        return [name]
    try:
        find_operation(name)
    except BadInput:
        meant = did_you_mean(nearest(name, [*spiders, *commands, *OPERATIONS]))
        raise BadInput(f"no spider, command or operation {name!r}; {meant}`scrapy help` lists them") from None
    print_operation(name)
    return None


def _print_names(spiders: list[str], commands: dict[str, str]) -> None:
    width = help_width()
    rows = [("scrapy help SPIDER", ", ".join(spiders)), ("scrapy help OPERATION", "`scrapy operations` lists them")]
    lines = ["Usage: scrapy help NAME", *section("Names:", rows, width)]
    lines += section("Commands, each with -h for its options:", commands.items(), width)
    say(*lines, sep="\n")
