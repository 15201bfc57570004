"""Reads a session's file as `scrapy session import` does."""

from __future__ import annotations

import pytest

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.recognise import recognise
from igcrawl.sessions.session import Session

NOW = 1_800_000_000.0


def read(content: str | bytes, account: str | None = None) -> Session:
    data = content.encode() if isinstance(content, str) else content
    return Session(recognise(data, "FILE", NOW, account=account).settings)


def refused(content: str | bytes, account: str | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        read(content, account)
    said = str(caught.value)
    assert said.startswith("FILE: ")
    assert "\n" not in said
    assert "sEcReT" not in said
    assert "anOtherOne" not in said
    return said
