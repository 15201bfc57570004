"""`Copy as cURL` text of browsers and proxies: for bash, and for Windows' cmd."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote_plus

from igcrawl.capture.captured_request import CapturedRequest, plain_text
from igcrawl.errors import BadInput

#: How such a text is known.
COMMAND: Final = re.compile(r"(?m)^\s*\$?\s*curl(\.exe)?\s")
_PROGRAM: Final = re.compile(r"(.*[/\\])?curl(\.exe)?")
#: In cmd a caret stands before a quote, at the end of a line or before a percent sign, in bash hardly ever.
_CMD: Final = re.compile(r"(?m)\^\s*$|\^[\"%]|\^\\\^")
#: What only a text for bash has: an address in single quotes, a backslash at the end of a line.
_BASH: Final = re.compile(r"(?m)\\\s*$|curl\s[^\"\n]*'")
_DATA: Final = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json")
_SHORT: Final = re.compile(r"-[HdAbeoux](?=.)")
#: Options whose value could be taken for the address.
_COOKIES: Final = ("-b", "--cookie")
_WITH_VALUE: Final = ("-A", "--user-agent", *_COOKIES, "-e", "--referer", "-o", "--output", "-u", "--user",
                      "-x", "--proxy", "-F", "--form", "-X", "--request", "--resolve", "--connect-to")  # fmt: skip
_SIMPLE_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}
_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
#: What is quoted otherwise comes first, so that only a $' that opens a string is found.
_BASH_STRING: Final = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\$'((?:[^'\\]|\\.)*)'|\\.", re.DOTALL)


def read_curl(text: str, name: str) -> Iterator[CapturedRequest]:
    """Yield the requests of a text of `curl` commands.

    Args:
        text: the file's.
        name: the file's name, for the operator.

    Raises:
        BadInput: a quote is not closed.
    """
    try:
        words = _cmd_words(text) if _CMD.search(text) and not _BASH.search(text) else _bash_words(text)
    except ValueError:
        raise BadInput(f"{name}: a quote is not closed: copy the whole cURL text again") from None
    command: list[str] | None = None
    for word in [*words, "curl"]:
        if _PROGRAM.fullmatch(word):
            if command is not None:
                yield from _request(command)
            command = []
        elif command is not None:
            command.append(word)


def _bash_words(text: str) -> list[str]:
    plain = _BASH_STRING.sub(lambda found: found[0] if found[1] is None else shlex.quote(_unescaped(found[1])), text)
    return shlex.split(plain)


def _unescaped(string: str) -> str:
    def character(found: re.Match[str]) -> str:
        number = found[1] or found[2] or found[3]
        if number:
            return chr(min(int(number, 16), 0x10FFFF))
        return chr(int(found[4], 8)) if found[4] else _SIMPLE_ESCAPES.get(found[5], found[5])

    return _ESCAPE.sub(character, string)


def _cmd_words(text: str) -> list[str]:
    # A caret before a line's end joins the lines; an empty line behind it stands for a line's end in the string.
    joined = re.sub(r"\^\r?\n(\r?\n)?", lambda found: "\n" if found[1] else " ", text)
    lexer = shlex.shlex(re.sub(r"\^(.)", r"\1", joined), posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.quotes = lexer.escapedquotes = '"'
    lexer.commenters = ""
    return list(lexer)


def _request(words: list[str]) -> Iterator[CapturedRequest]:
    url, headers, data, rest = "", {}, [], iter(_apart(words))
    for word in rest:
        if word in {"-H", "--header"}:
            name, _, value = next(rest, "").partition(":")
            headers[name.strip().lower()] = value.strip()
        elif word in _DATA:
            data.append(_data(word, next(rest, "")))
        elif word == "--url":
            url = next(rest, "")
        elif word in _COOKIES:
            # Without an equals sign it names a file.
            cookies = next(rest, "")
            headers |= {"cookie": cookies} if "=" in cookies else {}
        elif word in _WITH_VALUE:
            next(rest, "")
        elif word.startswith(("http://", "https://")) and not url:
            url = word
    if not url:
        return
    body = "&".join(part for part in data if part)
    if {"-G", "--get"} & set(words) and body:
        url, body = f"{url}{'&' if '?' in url else '?'}{body}", ""
    yield CapturedRequest(url=url, headers=headers, body=plain_text(body))


def _apart(words: list[str]) -> Iterator[str]:
    """Yield options and values one by one: ``--data=x`` and ``-dx`` are two words."""
    for word in words:
        option, equals, value = word.partition("=")
        if equals and (option in _DATA or option in _WITH_VALUE or option in {"--url", "--header"}):
            yield from (option, value)
        elif _SHORT.match(word) and not word.startswith("--"):
            yield from (word[:2], word[2:])
        else:
            yield word


def _data(option: str, value: str) -> str:
    if option == "--data-urlencode":
        name, equals, content = value.partition("=")
        if not equals:
            return "" if "@" in value else quote_plus(value)
        return f"{name}={quote_plus(content)}" if name else quote_plus(content)
    # A file's content is not in the text.
    return "" if value.startswith("@") and option != "--data-raw" else value
