"""Arguments of Python as the text that spiders take: the same words refuse what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from os import PathLike, fspath
from typing import Any

from igcrawl.errors import BadInput


def argument_texts(options: Mapping[str, Any]) -> dict[str, str]:
    """Return options as ``-a`` would give them; those that are None are not given.

    Raises:
        BadInput: one has no such text.
    """
    return {name: _text_of(value, name) for name, value in options.items() if value is not None}


def with_target(target: Any, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with a method's first argument among them.

    Args:
        target: the first argument; None where it was not given.
        name: which option it stands for.
        options: the others.

    Raises:
        BadInput: it was given twice, or is no text: a number may be an id.
    """
    if target is None:
        return dict(options)
    if name in options:
        raise BadInput(f"{name} is given twice: as the first argument and by its name")
    each = [target] if isinstance(target, str) else target
    if name == "username" and (not isinstance(each, list | tuple) or not all(isinstance(one, str) for one in each)):
        raise BadInput(f"the first argument is a username, in quotes; an id is given as user_id=, got {_shown(target)}")
    return {**options, name: target}


def _text_of(value: Any, name: str) -> str:
    if isinstance(value, Enum):
        return _text_of(value.value, name)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, PathLike):
        return str(fspath(value))
    if isinstance(value, Mapping):
        return _json_of(value, name)
    if isinstance(value, list | tuple | set | frozenset) and not any(isinstance(each, Mapping) for each in value):
        return ",".join(_text_of(each, name) for each in value)
    raise BadInput(f"{name}: expected text, a number, or a list of them, got {_shown(value)}")


def _json_of(value: Mapping[Any, Any], name: str) -> str:
    try:
        return json.dumps(dict(value))
    except (TypeError, ValueError) as error:
        raise BadInput(f"{name}: cannot be sent as JSON: {error}") from None


def _shown(value: Any) -> str:
    return f"{str(value)[:60]} ({type(value).__name__})"
