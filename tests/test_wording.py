"""Numbers and their nouns agree, in one place; mistyped words are met by the nearest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from igcrawl.wording import capitalised, counted, did_you_mean, near_or_all, nearest, plural_of
from tests.conftest import ROOT

SOURCES = [
    path
    for folder in ("igcrawl", "spiders", "pipelines")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "simulator" not in path.parts
]
NOUNS = """account answer batch call commit cursor doc_id fault file follower id key line message name operation output
    page profile query record request row script second session spider target time try value walk word""".split()  # noqa: SIM905
#: A number may be told beside a noun only by `counted`. What is written in capitals is a constant above one.
_PLURAL = re.compile(rf"(?!without )(?:[a-z-]+ ){{0,1}}(?:{'|'.join(map(plural_of, NOUNS))})\b")
#: Values of format strings that are no numbers although such a noun stands behind them.
NO_NUMBERS = {"kind.TYPE", "option"}
#: Numbers beside which the plural is right: one that is above one there, and one behind "of its".
ALWAYS_SEVERAL = {"targets", "self.filled"}


def texts(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What stands before and behind each value of a format string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for value, behind in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(behind, ast.Constant):
                    yield ast.unparse(value.value), str(behind.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in re.finditer(r"(%[sd]|\{[a-z_]*\})( [^%{]*)", node.value):
                yield found[1], found[2]


def test_a_number_stands_beside_a_noun_only_by_counted() -> None:
    sources = {path: path.read_text("utf-8") for path in SOURCES}
    assert [path for path, source in sources.items() if re.search(r"[a-z]\(s\)", source)] == []
    found = [
        (path, f"{{{value}}}{behind}")
        for path, source in sources.items()
        for value, behind in texts(ast.parse(source))
        if behind.startswith(" ") and _PLURAL.match(behind[1:])
        if not value.isupper() and value not in NO_NUMBERS | ALWAYS_SEVERAL
    ]
    assert found == []


@pytest.mark.parametrize(
    ("number", "noun", "told"),
    [
        (0, "request", "0 requests"),
        (1, "request", "1 request"),
        (2, "request", "2 requests"),
        (1_234_567, "record", "1,234,567 records"),
        (2, "entry", "2 entries"),
        (2, "day", "2 days"),
        (3, "batch", "3 batches"),
        (1, "more target", "1 more target"),
        (2, "more target", "2 more targets"),
    ],
)
def test_one_is_singular_and_all_others_are_plural(number: int, noun: str, told: str) -> None:
    assert counted(number, noun) == told


def test_a_verb_agrees_too() -> None:
    told = [counted(number, "walk", ("is", "are")) for number in (0, 1, 2)]
    assert told == ["0 walks are", "1 walk is", "2 walks are"]


def test_a_mistyped_word_is_met_by_the_nearest_whatever_its_case() -> None:
    assert nearest("USER_IDD", ["username", "user_id", "order"])[0] == "user_id"
    assert nearest("zzz", ["username"]) == []


def test_three_words_at_most_are_suggested() -> None:
    known = ["lines", "liner", "lined", "linen"]
    assert (len(nearest("line", known)), len(nearest("line", known, 9))) == (3, 4)


def test_a_capital_begins_a_text_whose_rest_stays() -> None:
    assert [capitalised(text) for text in ("an ID", "Äpfel", "")] == ["An ID", "Äpfel", ""]


def test_what_all_known_words_begin_with_makes_none_alike() -> None:
    known = ["IG_OPERATIONS", "IG_SESSION", "IG_WAIT_MAX"]
    assert near_or_all("IG_PSEUDONYMS", known) == "there are IG_OPERATIONS, IG_SESSION, IG_WAIT_MAX"
    assert near_or_all("IG_SESION", known) == "did you mean IG_SESSION?"
    assert near_or_all("folowers", ["followers", "media"]) == "did you mean followers?"


def test_a_word_that_is_much_less_alike_than_the_nearest_is_not_suggested() -> None:
    assert nearest("IG_SESION", ["IG_SESSION", "IG_JSONL", "IG_OPERATIONS"], cutoff=0.5) == ["IG_SESSION"]
    assert nearest("user", ["username", "user_id", "order"]) == ["user_id", "username"]
    assert did_you_mean(["a", "b"]) == "did you mean a, b? "
    assert did_you_mean([]) == ""
