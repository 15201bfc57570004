"""Searches what was written for parts of a session, in another way than the one by which they are taken out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import psycopg
import zstandard
from psycopg import sql

_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{10,}")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_ESCAPED = re.compile(rb"\\u00([0-9a-fA-F]{2})|\\(.)", re.S)


def forms_of(secret: str) -> dict[str, str]:
    """A secret as a careless program could write it."""
    urlsafe = base64.urlsafe_b64encode(f"{{'sessionid': '{secret}'}}".encode()).decode()
    quoted = "".join(character if character.isalnum() else f"%{ord(character):02X}" for character in secret)
    return {
        "plain": secret,
        "URL-quoted": quoted,
        "URL-quoted in lower case": re.sub("%..", lambda found: found[0].lower(), quoted),
        "URL-quoted twice": quoted.replace("%", "%25"),
        "base64": base64.b64encode(secret.encode()).decode(),
        "base64 without its padding": base64.b64encode(secret.encode()).decode().rstrip("="),
        "base64 behind one byte": base64.b64encode(f"1{secret}".encode()).decode(),
        "base64 behind two bytes": base64.b64encode(f"12{secret}, and more".encode()).decode(),
        "base64 of a larger text, URL-safe": urlsafe,
        "base64 of the URL-quoted": base64.b64encode(quote(secret, safe="").encode()).decode(),
        "JSON-escaped": "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in secret),
    }


def found_in(contents: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """Say which secrets are found where."""
    wanted = [(name, secret.encode()) for name, secret in secrets.items()]
    wanted += [(name, unquote_to_bytes(secret)) for name, secret in wanted]
    return sorted(
        {
            f"{name} ({way}) in {place}"
            for place, content in contents.items()
            for way, view in _views(content)
            for name, secret in wanted
            if secret in view
        }
    )


def files_in(folder: Path, *but: Path) -> dict[str, bytes]:
    """What stands in the files of a folder, archives unpacked."""
    contents = {}
    for path in folder.rglob("*"):
        if path.is_file() and path not in but:
            contents[str(path.relative_to(folder))] = path.read_bytes()
            if path.suffix == ".zst":
                with path.open("rb") as file:
                    reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
                    contents[f"{path.name}, unpacked"] = reader.read()
    return contents


def tables_in(url: str) -> dict[str, bytes]:
    """What stands in the tables of a database."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        contents = {}
        for (name,) in names:
            # Of a partitioned table itself nothing can be copied.
            query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(name))
            with connection.cursor().copy(query) as copy:
                contents[f"table {name}"] = b"".join(bytes(data) for data in copy)
    return contents


def _views(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Content as it is, and with its quoting and encoding undone."""
    once = unquote_to_bytes(content)
    unescaped = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[2], content)
    known: set[bytes] = set()
    for way, view in (
        ("as it is", content),
        ("URL-quoted", once),
        ("URL-quoted twice", unquote_to_bytes(once)),
        ("escaped", unescaped),
    ):
        yield way, view
        runs = set(_BASE64_RUN.findall(view)) - known
        known |= runs
        decoded = _decoded(run[start:] for run in runs for start in range(4))
        yield f"{way}, base64", decoded + b"\n" + unquote_to_bytes(decoded)


def _decoded(runs: Iterable[bytes]) -> bytes:
    """Decode all runs at once, each filled up to whole groups of four, with three bytes of zero between two."""
    filled = (run + b"A" * (-len(run) % 4) for run in runs)
    return binascii.a2b_base64(b"AAAA".join(filled).translate(_FROM_URL_SAFE))
