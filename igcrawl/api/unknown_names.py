"""Answer of a client to a program that asks for a method that it has not, such as one of another library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from igcrawl.operations.catalogue import is_operation
from igcrawl.wording import did_you_mean, nearest


class TellsItsMethods:
    """Answers for names that it has not; type checkers do not see that."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            kind = type(self).__name__
            said = f"{kind!r} object has no attribute {name!r}"
            if not name.startswith("_"):
                own = [each for each in dir(type(self)) if not each.startswith("_")]
                if is_operation(name):
                    said = f"{said}; .call({name!r}, …) asks for it"
                elif near := nearest(name, own):
                    said = f"{said}; {did_you_mean(near).rstrip()}"
                else:
                    said = f"{said}; it has {', '.join(own)}; igcrawl's docs/coming_from.md has other libraries' names"
            raise AttributeError(said)
