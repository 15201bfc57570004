"""Help of subcommands and of named operations, and what a command says where it cannot begin."""

from __future__ import annotations

import argparse
import re
from types import ModuleType

import pytest
from scrapy.settings import Settings

from igcrawl.cli import session_dispatch
from igcrawl.cli.crawl_command import explain
from igcrawl.cli.subcommand_options import add_sub_options, problem_of_options
from igcrawl.commands import crawl, docids, session
from igcrawl.commands.refusals import refusing_errors, whole_number
from igcrawl.errors import BadInput, IgcrawlError, NotLoggedIn, StoreError

SUBCOMMANDS = [(module, name) for module in (docids, session) for name in module._SUBCOMMANDS]


def printed_help(module: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    command = module.Command()
    command.settings = Settings()
    parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
    command.add_options(parser)
    opts, args = parser.parse_known_args([*words, "-h"])
    with pytest.raises(SystemExit) as ended:
        command.process_options(args, opts)
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("module", "name"), SUBCOMMANDS, ids=lambda each: getattr(each, "__name__", each))
def test_a_subcommand_s_help_shows_its_own_options_and_no_other(
    module: ModuleType, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = printed_help(module, [name], capsys)
    listed = set(re.findall(r"^ +(-\S+)", shown, re.MULTILINE))
    assert listed == {flag for option in module._options() if name in option.of for flag in option.flags}
    assert f"{name} {module._SUBCOMMANDS[name]}".rstrip() in " ".join(shown.split())


def test_the_help_of_the_whole_command_shows_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    for module in (docids, session):
        shown = printed_help(module, [], capsys)
        assert [option for option in module._options() if option.flags[0] not in shown] == []


@pytest.mark.parametrize(("module", "name"), SUBCOMMANDS, ids=lambda each: getattr(each, "__name__", each))
def test_a_subcommand_takes_its_own_options_and_no_other(module: ModuleType, name: str) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_sub_options(parser, module._options())
    for option in module._options():
        words = [option.flags[0]] if option.settings.get("action") else [option.flags[0], "x"]
        said = problem_of_options("c", name, module._options(), [], parser.parse_args(words))
        assert said == (None if name in option.of else f"scrapy c {name} does not take {words[0]}; see scrapy c -h")
    unknown = problem_of_options("c", name, module._options(), ["-", "--none=x"], parser.parse_args([]))
    assert unknown == f"scrapy c {name} does not take --none; see scrapy c -h"


def test_a_mistyped_action_of_a_session_is_answered_with_the_nearest() -> None:
    assert "did you mean check? " in str(session_dispatch.problem_of("chek", [], [], argparse.Namespace()))


def test_help_of_the_spider_of_any_operation_shows_the_operation_that_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        explain(Settings({"SPIDER_MODULES": ["spiders"]}), ["operation"], {"name": "chaining"}, asked=True)
    assert capsys.readouterr().out.startswith("chaining: ")
    with pytest.raises(BadInput, match="chaining"):
        explain(Settings({"SPIDER_MODULES": ["spiders"]}), ["operation"], {"name": "chainign"}, asked=True)


@pytest.mark.parametrize(("error", "code"), [(BadInput("a\n b"), 2), (StoreError("a b"), 1), (NotLoggedIn("a b"), 1)])
def test_what_stands_in_a_command_s_way_is_said_in_one_line_with_its_exit_code(
    error: IgcrawlError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, refusing_errors():
        raise error
    assert (ended.value.code, capsys.readouterr().err) == (code, "igcrawl: a b\n")


@pytest.mark.parametrize("given", ["", "-1", "1.5", "x", "\u0663"])
def test_a_number_of_an_option_is_whole(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        whole_number("--limit", given)
    assert capsys.readouterr().err == f"igcrawl: --limit: expected a whole number, got {given!r}\n"
    assert whole_number("--limit", "07") == 7


def test_a_crawl_where_no_project_is_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    command = crawl.Command()
    command.settings = Settings()
    parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
    command.add_options(parser)
    opts, args = parser.parse_known_args(["followers", "-a", "user_id=1"])
    with pytest.raises(SystemExit) as ended:
        command.process_options(args, opts)
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("igcrawl: there is no Scrapy project here: ")
