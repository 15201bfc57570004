"""Messages in Python's words: no message that a program can meet speaks of a command line that is a method."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import igcrawl
from igcrawl.api import options
from igcrawl.api import python_words as python_words_module
from igcrawl.api.python_words import python_words
from tests.conftest import ROOT

#: Rooms whose messages are for a terminal: no program meets them.
OF_TERMINALS = {"api", "capture", "cli", "commands", "simulator"}
ARGUMENT = re.compile(r"(?<!\w)-[as] \w+=")


def messages() -> Iterator[tuple[Path, str]]:
    """Each text of igcrawl's code that names an argument as ``-a`` does, f-strings with X in them."""
    for path in sorted((ROOT / "igcrawl").rglob("*.py")):
        source = path.read_text()
        if ARGUMENT.search(source) and OF_TERMINALS.isdisjoint(path.relative_to(ROOT / "igcrawl").parts):
            nodes = list(ast.walk(ast.parse(source)))
            parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
            texts = [text_of(node) for node in nodes if id(node) not in parts]
            yield from ((path, text) for text in texts if ARGUMENT.search(text) and "\n" not in text)


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "X" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_message_of_the_code_keeps_an_argument_as_the_command_line_has_it() -> None:
    found = list(messages())
    assert len(found) > 6
    assert [(path.name, text) for path, text in found if ARGUMENT.search(python_words(text))] == []
    assert [(path.name, text) for path, text in found if "scrapy crawl" in python_words(text)] == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("no count; -a verify=0 skips this check", "no count; verify=False skips this check"),
        ("crawl x has ended; only -a fresh=1 runs it again", "crawl x has ended; only fresh=True runs it again"),
        ("`scrapy crawl followers -a user_id=7` makes one", "`ig.followers(user_id='7')` makes one"),
        ("scrapy crawl operation -a name=chaining …", "ig.call('chaining')"),
        ("scrapy crawl resolve -a url=… tells its address", "ig.resolve(url=…) tells its address"),
        ("pass it with -s IG_DOC_ID_X=…", 'pass it with settings={"IG_DOC_ID_X": …}'),
        ("for --from=4: crawl 4; --any takes it", "for from_='4': crawl 4; any=True takes it"),
        ("--for=exel: no such purpose", "purpose='exel': no such purpose"),
        ("scrapy compare new: give one account", "compare new: give one account"),
        ("the same command continues", "the same call continues"),
        ("scrapy walks --crawl 3 --retry failed, then again", "scrapy walks --crawl 3 --retry failed, then again"),
        ("`scrapy walks --verdict open` lists them", "`scrapy walks --verdict open` lists them"),
        (
            "log in, then: scrapy session import FILE --force; done",
            "log in, then: scrapy session import FILE --force; done",
        ),
        ("user_id=x: expected an id; give username=x", "user_id='x': expected an id; give username='x'"),
        ("max_users=-1: expected 1 or more", "max_users=-1: expected 1 or more"),
        ("max_users=many: expected a number", "max_users='many': expected a number"),
        ("username=no name: is: no name", "username='no name': is: no name"),
        ("give user_id=1,2 or username=a,b; file=…", "give user_id='1,2' or username='a,b'; file=…"),
        ("doc_id with args='{…}' or verify=0", "doc_id with args='{…}' or verify=False"),
        ("max_user=x and my.user_id=7: none is an argument", "max_user=x and my.user_id=7: none is an argument"),
    ],
)
def test_a_message_is_told_in_python_s_words(message: str, told: str) -> None:
    assert python_words(message) == told


def test_switches_and_numbers_are_the_arguments_that_have_such_types() -> None:
    kinds = [each for each in vars(options).values() if isinstance(each, type) and hasattr(each, "__total__")]
    hints = {name: hint for kind in kinds for name, hint in get_type_hints(kind).items() if name in options.ARGUMENTS}
    assert {name for name, hint in hints.items() if hint is bool} == python_words_module._SWITCHES
    assert {name for name, hint in hints.items() if hint is int} == python_words_module._NUMBERS


def test_random_messages_keep_all_but_the_command_line_s_own_words() -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    draw = random.Random(seed)
    for _ in range(300):
        name, value = draw.choice(["user_id", "username", "query"]), draw.choice(["7", "a.b", "x-y", "…"])
        shown = value if value == "…" else repr(value)
        turned = {
            f"-a {name}={value}": f"{name}={shown}",
            f"`scrapy crawl feed -a {name}={value} -a fresh=1`": f"`ig.feed({name}={shown}, fresh=True)`",
            f"--to={value}": f"to={shown}",
            f"-s IG_PACE={value}": f'settings={{"IG_PACE": {shown}}}',
            "`scrapy session resume me`": "`scrapy session resume me`",
            "crawl 3, complete 2026-11-01 09:00": "crawl 3, complete 2026-11-01 09:00",
            "well-known words": "well-known words",
        }
        drawn = draw.choices(list(turned), k=draw.randint(1, 4))
        assert python_words("; ".join(drawn)) == "; ".join(turned[each] for each in drawn)


@pytest.mark.parametrize("kind", [igcrawl.Client, igcrawl.SyncClient])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("user_info_by_username", "; .call('user_info_by_username', …) asks for it"),
        ("folowers", "; did you mean followers?"),
        ("login", "suggestions, typeahead; igcrawl's docs/coming_from.md has other libraries' names"),
        ("_repr_html_", "has no attribute '_repr_html_'"),
    ],
)
def test_a_method_that_a_client_has_not_is_answered_with_the_one_that_does_it(kind: Any, name: str, said: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(kind(settings={"IG_SIMULATOR": True}), name)
    assert str(error.value).startswith(f"'{kind.__name__}' object has no attribute {name!r}")
    assert str(error.value).endswith(said)
