"""Files of targets in whatever dialect give exactly their targets, in their order, and name exactly their bad lines."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import resource
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest
import zstandard

from igcrawl.arguments import BadLines, Target
from igcrawl.arguments.repeated_lines import RepeatedLines
from igcrawl.arguments.target_fields import ACCOUNTS, MEDIA, TargetKind
from igcrawl.arguments.target_file import TargetFile
from igcrawl.errors import BadInput
from igcrawl.items import RECORD_TYPES
from tests.arguments.written_files import Written, dumped, encoded, write_json, write_list, write_table

FILES = int(os.environ.get("FUZZ_TARGET_FILES", "400"))
LINES = int(os.environ.get("FUZZ_TARGET_LINES", "200000"))


def lists_profiles(operation: str) -> bool:
    return operation.startswith("user_")


def numbers_in(told: str) -> list[int]:
    """The numbers of the lines that a message names, in their order."""
    ranges = [each for listed in re.findall(r"lines? ((?:\d+(?:–\d+)?(?:, )?)+)", told) for each in listed.split(", ")]
    ends = [each.split("–") for each in ranges if each]
    return sorted(number for end in ends for number in range(int(end[0]), int(end[-1]) + 1))


def repeated_in(file: Written) -> list[tuple[int, str]]:
    """The numbers of the lines that repeat another one, and what is to be said of them."""
    first: dict[Target, int] = {}
    repeated = []
    for target, line in zip(file.wanted, file.at, strict=True):
        if target in first:
            repeated.append((line, f"repeats line {first[target]}"))
        first.setdefault(target, line)
    return repeated


def targets_of(file: TargetFile) -> list[Target]:
    return [each.target for each in file]


def test_a_file_gives_its_targets_in_their_order_and_names_its_bad_lines(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    for number in range(FILES):
        file = Written(rng, rng.choice([ACCOUNTS, MEDIA]))
        rng.choice([write_list, write_table, write_json])(file)
        text = rng.choice(["\n", "\r\n", "\r"]).join(file.lines) + rng.choice(["", "\n"])
        path = tmp_path / str(number)
        path.write_bytes(encoded(rng, text))
        whole = TargetFile(path, file.about, file.column, lists_profiles=lists_profiles)
        skipping = TargetFile(path, file.about, file.column, skips=True, lists_profiles=lists_profiles)
        said = (seed, number, file.column, text)
        if file.bad:
            with pytest.raises(BadInput) as refused:
                whole.content()
            told = str(refused.value)
            assert told.isprintable(), said
            assert numbers_in(told) == file.bad, (*said, told)
        not_asked = [(line, problem) for line, _, problem in whole.lines_not_asked()]
        assert [line for line, problem in not_asked if not problem.startswith("repeats ")] == file.bad, said
        assert [each for each in not_asked if each[1].startswith("repeats ")] == repeated_in(file), said
        if not file.wanted:
            with pytest.raises(BadInput, match="in it"):
                skipping.content()
            continue
        content = skipping.content()
        assert [(each.target, each.line) for each in skipping] == list(zip(file.wanted, file.at, strict=True)), said
        assert (content.count, content.bad.count) == (len(file.wanted), len(file.bad)), said
        if not file.bad:
            assert targets_of(whole) == file.wanted, said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"1\nnot a name\n", "line 2: 'not a name': is neither a numeric id nor a username: a blank is in no"),
        (b"# none\n\n", "no account in it"),
        (b"username\n", "no account in it"),
        (b"id;name\n", "no account in it"),
        (b"\xff\xfe\x00", "is not UTF-8 or UTF-16 text"),
        ("a\nb\nM\u00fcller\n".encode("latin-1"), "line 3: is not UTF-8 or UTF-16 text"),
        (b"a\n" * 70_000 + b"\xff\n", "line 70001: is not UTF-8 or UTF-16 text"),
        (b"a\r\n\r\n2.5025320E+07\r\n", "line 3: '2.5025320E+07': a spreadsheet has shortened this id"),
        (b"a\rb\r12345678901234567.0", "line 3: '12345678901234567.0': a spreadsheet has rounded this id"),
        (b"a\nid;name\n", "line 2: 'id …': 2 columns; expected one account a line"),
        (b"one;two\n1;a\n", "line 1 has 2 columns ('one', 'two'), and none has a head that is known"),
        (b"a\nhttps://www.instagram.com/p/x/\n", "line 2: 'https://www.instagram.com/p/x/': the address of a post"),
        ("some one".encode("utf-16-le"), "line 1: 'some one': "),
        (b"a\nb\0c\n", "line 2: 'b\\x00c': "),
        (b"a\n\x1b]0;x\x07\n", "line 2: "),
        (b"a\n" + b"x" * 5000, "is too long; a username has 30 characters at most"),
        (b"pk,username\n1,a\nb c\n", "line 3: 'b c': is neither a numeric id nor a username"),
        (b"notes,username\nx,a\nb\n", "line 3: no account in it: nothing in username"),
        (b'x,username\n"a,alice\n1,bob\n', "line 2: a quote is opened and not closed"),
        (b'x,username\n"a"b,alice\n', "line 2: its quotes are not those of a table"),
        (b'username,x\na,"b\nc,d\ne,"f"\ng,h\n', "lines 2\u20134: its quotes are not those of a table"),
        (b"a" + b" " * 200_000 + b"b", "a blank is in no username"),
        (b'{"x": 5}\n', "no account in it: nothing in pk"),
        (b'{"pk": 1.5}\n', "no account in it: nothing in pk"),
        (b'{"pk": 25025320000000000000.0}\n', "line 1: "),
        (b'{"pk": true}\n', "no account in it: nothing in pk"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is a spreadsheet program's own format; save it as CSV in UTF-8"),
        (b"\x1f\x8bnothing", "is packed and damaged"),
        (gzip.compress(b"a\n" * 100, mtime=0)[:-9], "is packed and damaged"),
        (zstandard.compress(b"a\n" * 100)[:8] + b"xxxx", "is packed and damaged"),
        (b"a" * ((1 << 22) + 1), "line 1 is longer than"),
    ],
)
def test_what_is_no_target_is_refused_by_its_number_in_our_own_words(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        TargetFile(path, ACCOUNTS).content()
    said = str(refused.value)
    assert why in said
    assert said.isprintable()
    assert len(said) < 500 + len(str(tmp_path))
    assert not any(word in said for word in ("pydantic", "pattern", "string should", "codec"))


def file_of(tmp_path: Path, text: str, column: str | None = None, *, skips: bool = False) -> TargetFile:
    path = tmp_path / "accounts.txt"
    path.write_text(text)
    return TargetFile(path, ACCOUNTS, column, skips=skips, lists_profiles=lists_profiles)


def test_a_reason_is_said_once_with_all_its_lines_and_only_the_cell_that_decides(tmp_path: Path) -> None:
    told_of = ["a b", "bob", "a b", "a b", "", "999 999", "2E+9"]
    with pytest.raises(BadInput) as refused:
        file_of(tmp_path, "\n".join(["email,user_id", *(f"ann@x.org,{each}" for each in told_of), ""])).content()
    assert str(refused.value).removeprefix(f"file={tmp_path / 'accounts.txt'}: ") == (
        "lines 2, 4–5: 'a b': is neither a numeric id nor a username: a blank is in no username; they have letters a "
        "to z, digits, dots and underscores; line 6: no account in it: nothing in user_id; line 7: '999 999': expected "
        "the account's numeric id, digits without anything between them; line 8: '2E+9': a spreadsheet has shortened "
        "this id, its last digits are lost; give its column the format of text; "
        "mend the file, or bad_lines=skip goes on without them"
    )


def test_where_the_numbers_would_drown_the_message_it_says_where_all_of_them_are(tmp_path: Path) -> None:
    bad = [number for number in range(2, 6002) if number % 2 or number % 100 == 0]
    among = set(bad)
    lines = ["username", *("a b" if number in among else f"user_{number}" for number in range(2, 6002)), ""]
    file = file_of(tmp_path, "\n".join(lines))
    with pytest.raises(BadInput) as refused:
        file.content()
    said = str(refused.value)
    assert f"lines 3, 5, 7, 9, 11, 13, 15, 17 and {len(bad) - 8:,} more: 'a b': a blank is in no username" in said
    assert said.endswith("goes on without them; bad_lines=list prints each of them")
    assert len(said) < 500 + len(str(tmp_path))
    assert [number for number, *_ in file.lines_not_asked()] == bad


def test_the_most_frequent_of_many_reasons_are_said(tmp_path: Path) -> None:
    strange = [chr(code) for code in range(0x4E00, 0x4E00 + 200)]
    lines = ["username", "fine", *("a b" for _ in range(5)), *(f"a{each}" for each in strange), ""]
    with pytest.raises(BadInput) as refused:
        file_of(tmp_path, "\n".join(lines)).content()
    said = str(refused.value)
    assert "lines 3–7: 'a b': a blank" in said
    assert "195 more lines for other reasons; mend the file" in said
    assert "bad_lines=list prints each of them" in said


def test_a_file_says_how_it_was_read(tmp_path: Path) -> None:
    file = file_of(tmp_path, "# mine\nUser Name\n@username\n12\n")
    assert file.content().layout == "line 2, 'User Name', is taken for a head; an account of this name needs @"
    assert targets_of(file) == [("username", "username"), ("username", "12")]
    file = file_of(tmp_path, "id,full name,username\n1,A B,some.one\n")
    assert file.content().layout == "line 1 is taken for a table's head; its column 'username' is read"
    assert targets_of(file) == [("username", "some.one")]


@pytest.mark.parametrize("heads", ["type,walk,pk,owner_pk", "pk,type,owner_pk"])
def test_a_table_of_igcrawl_s_own_gives_the_accounts_of_its_records(tmp_path: Path, heads: str) -> None:
    cells = {"type": "media", "walk": "user_feed/7", "pk": "5", "owner_pk": "7"}
    text = f"{heads}\n{','.join(cells[head] for head in heads.split(','))}\n"
    assert targets_of(file_of(tmp_path, text)) == [("user_id", "7")]
    assert targets_of(file_of(tmp_path, text, "pk")) == [("user_id", "5")]
    assert targets_of(file_of(tmp_path, "type,username,id\nprivate,a,1\nbusiness,b,2\n")) == [
        ("username", "a"),
        ("username", "b"),
    ]


@pytest.mark.parametrize("dialect", ["csv", "json lines", "json"])
def test_walk_records_give_their_targets_where_there_are_no_other_records(tmp_path: Path, dialect: str) -> None:
    heads = ["type", "operation", "walk", "target", "verdict"]
    walks = [dict(zip(heads, ["walk", "followers", f"followers/{pk}", pk, "limited"], strict=True)) for pk in "78"]
    lines = [dumped(walk) for walk in walks]
    text = {
        "csv": "\n".join([",".join(heads), *(",".join(walk.values()) for walk in walks)]),
        "json lines": "\n".join(lines),
        "json": "[\n" + ",\n".join(lines) + "\n]",
    }[dialect]
    assert targets_of(file_of(tmp_path, f"{text}\n")) == [("user_id", "7"), ("user_id", "8")]
    follow = dumped({"type": "follow", "walk": "followers/7", "pk": "5"})
    assert targets_of(file_of(tmp_path, "\n".join([*lines, follow]))) == [("user_id", "5")]


def test_a_cell_that_says_nothing_is_told_apart_from_an_address_of_another_site(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        file_of(tmp_path, "username,x\nn/a,1\nhttps://threads.net/@a,2\n-,3\nsome.one,4\n").content()
    assert "lines 2, 4, such as 'n/a': is no account; line 3: 'https://threads.net/@a': an address of" in str(
        refused.value
    )


def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"column=handle: line 1 of .* has no such head: 'id', 'username'"):
        file_of(tmp_path, "id,username\n1,a\n", "handle").content()
    assert targets_of(file_of(tmp_path, "id,username\n1,a\n", "ID")) == [("user_id", "1")]


def test_the_content_is_known_by_its_targets_not_by_its_bytes(tmp_path: Path) -> None:
    one = file_of(tmp_path, "12\n@Some.One\n").content().digest
    assert file_of(tmp_path, "# x\r\n12.0\r\nhttps://instagram.com/some.one/\r\n").content().digest == one
    assert file_of(tmp_path, "pk,username\n12,\n,SOME.ONE\n").content().digest == one
    assert file_of(tmp_path, "@some.one\n12\n").content().digest != one
    assert file_of(tmp_path, "@some.one\n").content().digest != one


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text("1\n2\n")
    given = iter(TargetFile(path, ACCOUNTS))
    assert next(given) == (("user_id", "1"), "1", 1)
    file = TargetFile(path, ACCOUNTS)
    file.content()
    stat = path.stat()
    path.write_text("1\n3\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(BadInput, match="changed while it was read; run the command again"):
        list(file)


def test_standard_input_is_read_to_its_end_and_may_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("1\n@b\n", "username\nc\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        file = TargetFile(Path("-"), ACCOUNTS)
        assert file.content().count == len(list(file)) == len(list(TargetFile(Path("-"), ACCOUNTS)))
    assert targets_of(file) == [("username", "c")]


def test_a_pipe_is_refused_since_a_file_is_read_twice(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="a pipe can be read once only; give it as standard input: file=-"):
        TargetFile(tmp_path / "pipe", ACCOUNTS).content()


@pytest.mark.parametrize("name", ["nothing.txt", "~nosuchuser/ids.txt", "."])
def test_a_file_that_cannot_be_read_is_said_to_be(name: str) -> None:
    with pytest.raises(BadInput, match=r"file(=|: )") as refused:
        TargetFile(Path(name), ACCOUNTS).content()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", [ACCOUNTS, MEDIA], ids=lambda kind: kind.several)
def test_each_record_of_igcrawl_s_own_says_where_its_target_is(kind: TargetKind) -> None:
    assert set(RECORD_TYPES) - set(kind.of_type) == set()
    for name, record in RECORD_TYPES.items():
        assert set(kind.of_type[name]) - {each.name for each in fields(record)} == set()


def test_the_choices_for_bad_lines_are_three() -> None:
    assert [*BadLines] == ["refuse", "skip", "list"]


def test_a_long_file_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    with path.open("w") as file:
        file.writelines(f"{100_000_000 + number}\n" if number % 2 else f"user_{number}\n" for number in range(LINES))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    read = TargetFile(path, ACCOUNTS)
    assert read.content().count == sum(1 for _ in read) == LINES
    assert time.monotonic() - began < LINES / 10_000 + 5
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 10_000, f"{grown} KB"


def test_the_first_five_lines_that_repeat_another_are_named_and_the_rest_is_counted() -> None:
    repeated = RepeatedLines()
    assert repeated.told(0) == ""
    for number in range(2, 9):
        repeated.add(number, 1)
    five = ", ".join(f"line {number} repeats line 1" for number in range(2, 7))
    assert repeated.told(5) == five
    assert repeated.told(1007) == f"{five} and 1,002 more: bad_lines=list prints each"
