"""Files of targets as people and programs write them, made by chance: the truth of each is known."""

from __future__ import annotations

import csv
import gzip
import io
import random
from dataclasses import dataclass, field
from typing import Any

import orjson
import zstandard

from igcrawl.arguments import Target
from igcrawl.arguments.target_fields import ACCOUNTS, MEDIA, TargetKind
from tests.arguments.test_targets import code_of, decorated, name_at_random


@dataclass
class Written:
    """A file whose truth is known.

    Args:
        rng: decides what stands in it.
        about: whether it is about accounts or posts.
        lines: its lines.
        wanted: its targets.
        at: the numbers of their lines.
        bad: the numbers of its bad lines.
        column: the column that must be named.
    """

    rng: random.Random
    about: TargetKind
    lines: list[str] = field(default_factory=list)
    wanted: list[Target] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    column: str | None = None

    def target(self) -> Target:
        rng = self.rng
        if self.wanted and rng.random() < 0.1:
            return rng.choice(self.wanted)
        if self.about is MEDIA:
            owner = f"_{rng.randrange(1, 10**11)}" if rng.random() < 0.5 else ""
            return Target("media_id", f"{rng.randrange(1, 1 << 62)}{owner}")
        if rng.random() < 0.5:
            return Target("user_id", str(rng.randrange(1, 10 ** rng.randint(1, 15))))
        return Target("username", f"{name_at_random(rng)}x"[:30])

    def text(self, target: Target) -> str:
        """A target as somebody might write it."""
        rng = self.rng
        if target.kind == "username":
            return decorated(rng, target.value).replace(",", "").replace(";", "").replace("\t", " ")
        if target.kind == "user_id":
            return target.value + rng.choice(["", "", " ", ".0"])
        code = code_of(int(target.value.partition("_")[0]))
        if "_" in target.value or code.replace("_", "", 1).isdecimal() or rng.random() < 0.4:
            return target.value
        return rng.choice([code, f"https://www.instagram.com/p/{code}/?igsh=x", f"instagram.com/some.one/reel/{code}"])

    def spoilt(self) -> str:
        """What is no target."""
        rng = self.rng
        if self.about is MEDIA:
            return rng.choice(["a b", "3.1E+18", "https://example.com/p/x", "C0ffee12345xyz", "caf\u00e9"])
        return rng.choice(["some one", "2.5E+07", "https://instagram.com/p/x/", "caf\u00e9", "a" * 31, "0123"])


def write_list(file: Written) -> None:
    """One target a line."""
    rng, head = file.rng, "pk" if file.about is ACCOUNTS else "media_id"
    if rng.random() < 0.3:
        file.lines.append(rng.choice([head, head.upper(), f'"{head}"', f"{head},,"]))
    for _ in range(rng.randint(1, 12)):
        roll = rng.random()
        if roll < 0.1:
            file.lines.append(rng.choice(["", "  ", "# a comment", "\t#x", "\u200b"]))
            continue
        behind = rng.choice(["", "", "", ",", ";;", " # a comment", "\t# @other"])
        if roll < 0.2:
            file.lines.append(file.spoilt() + behind)
            file.bad.append(len(file.lines))
            continue
        target = file.target()
        text = file.text(target)
        if not file.wanted and not file.lines and target.kind == "username":
            text = f"@{target.value}"
        file.lines.append(text + behind)
        file.wanted.append(target)
        file.at.append(len(file.lines))


def write_table(file: Written) -> None:
    """Columns with heads, one of which is known or named."""
    rng = file.rng
    kind, head = ("username", "User Name") if file.about is ACCOUNTS else ("media_id", "Shortcode")
    if file.about is ACCOUNTS and rng.random() < 0.5:
        kind, head = "user_id", rng.choice(["pk", "user_id", "Instagram ID"])
    if rng.random() < 0.3:
        file.column = head = rng.choice(["Whom we ask", "X-1", "notes"])
    heads = ["#", "Full name", head, "follower count"]
    if head in {"User Name", "pk"} and rng.random() < 0.5:
        heads.insert(0, "id" if head == "User Name" else "name")
    order = rng.sample(range(len(heads)), len(heads))
    delimiter = rng.choice(",;\t|")
    if rng.random() < 0.1:
        file.lines.append(f"sep={delimiter}")
    file.lines.append(row([heads[at] for at in order], delimiter))
    for number in range(1, rng.randint(2, 12)):
        if rng.random() < 0.1:
            file.lines.append(rng.choice(["", delimiter * (len(heads) - 1), "# a comment"]))
            continue
        is_bad = rng.random() < 0.15
        target = file.target()
        while target.kind != kind:
            target = file.target()
        text = rng.choice(["", file.spoilt()]) if is_bad else file.text(target)
        if text == "0123":
            # Below the head of names digits are a name.
            text = "some one"
        cells = {"#": str(number), "Full name": rng.choice(["A, B", 'say "hi"', "C;D|E", "\u00c4\u00d6\u00dc", ""])}
        cells |= {head: text, "follower count": "17", "id": str(number), "name": "Some One"}
        line = row([cells[heads[at]] for at in order], delimiter)
        file.lines.append(line)
        if is_bad:
            file.bad.append(len(file.lines))
        else:
            file.wanted.append(target)
            file.at.append(len(file.lines))


def row(cells: list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def write_json(file: Written) -> None:
    """JSON lines: igcrawl's own records, or what other programs know of an account."""
    rng = file.rng
    own = rng.random() < 0.5
    for _ in range(rng.randint(1, 12)):
        if rng.random() < 0.1:
            file.lines.append(rng.choice(['{"pk": ', "{'pk': 1}", "nothing"]))
            file.bad.append(len(file.lines))
            continue
        target = file.target()
        record = own_record(file, target) if own else other_record(file, target)
        if own and rng.random() < 0.3:
            file.lines.append(dumped(without_target(file, rng)))
        file.lines.append(dumped(record))
        file.wanted.append(target)
        file.at.append(len(file.lines))
    if file.lines[0] == "nothing":
        file.lines[0] = '{"pk": '
    if rng.random() < 0.2 and not file.bad:
        file.lines = ["[", *(f"{line}," for line in file.lines[:-1]), file.lines[-1], "]"]
        file.at = [number + 1 for number in file.at]


def dumped(record: dict[str, Any]) -> str:
    return orjson.dumps(record).decode()


def own_record(file: Written, target: Target) -> dict[str, Any]:
    rng = file.rng
    if file.about is MEDIA:
        pk, _, owner = target.value.partition("_")
        whole = {
            "type": "media",
            "pk": pk,
            "id": target.value if owner else None,
            "owner_pk": "77",
            "url": "https://x/y",
        }
        return rng.choice([whole, {"type": "comment", "media_id": target.value, "pk": "17", "user_pk": "18"}])
    ids = {"pk": target.value, "username": "of.it"} if target.kind == "user_id" else {"username": target.value}
    hit = {"type": "hit", "kind": "user", "id": None, **ids}
    records = [{"type": name, "walk": "followers/9", **ids} for name in ("follow", "suggestion")]
    owner = {("owner_pk" if target.kind == "user_id" else "owner_username"): target.value}
    media = {"type": "media", "pk": "1", "id": "1_2", **owner}
    profile = {"type": "profile", "walk": f"user_profile/{target.value}", **ids}
    return rng.choice([*records, hit, media, profile])


def without_target(file: Written, rng: random.Random) -> dict[str, Any]:
    """A record that comes along and is no target."""
    walk = {"type": "walk", "walk": "followers/9", "target": "9", "verdict": "complete"}
    hit = {"type": "hit", "kind": "hashtag", "id": "17", "name": "python"}
    if file.about is MEDIA:
        return rng.choice([walk, hit, {"type": "follow", "pk": "5"}])
    asked_for_its_count = {"type": "profile", "operation": "user_profile", "walk": "followers/9", "pk": "9"}
    return rng.choice([walk, hit, asked_for_its_count, {"type": "hit", "kind": "media", "pk": "5"}])


def other_record(file: Written, target: Target) -> dict[str, Any]:
    rng = file.rng
    if file.about is MEDIA:
        return rng.choice([{"pk": target.value}, {"media_id": target.value, "id": 3}, {"id": target.value}])
    if target.kind == "user_id":
        number = int(target.value)
        person = {"full_name": "A", "username": "of.it", "pk": rng.choice([number, target.value])}
        post = {"pk": "17", "code": "C0", "user": person}
        return rng.choice([person, {"user_id": number, "id": 3}, post, {"id": number}])
    return rng.choice([{"username": target.value, "id": 3}, {"pk": None, "username": f"@{target.value}"}])


def encoded(rng: random.Random, text: str) -> bytes:
    unmarked = ["utf-16-le", "utf-16-be"] if "!" < text[:1] < "\x7f" else []
    data = text.encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", *unmarked]))
    return rng.choice([data, data, gzip.compress(data), zstandard.compress(data)])
