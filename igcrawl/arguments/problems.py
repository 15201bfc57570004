"""Messages for values that cannot be used: the validator's findings in the operator's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from igcrawl.arguments.targets import NotATarget

#: Beginnings of the names of pydantic's errors, and what was expected then.
_EXPECTED: Final = {"int_": "a whole number", "bool_": "0 or 1", "float_": "a number", "missing": "a value"}
#: Limits by the name that pydantic has for them.
_LIMITS: Final = {
    "ge": "{} or more",
    "gt": "more than {}",
    "le": "{} or less",
    "lt": "less than {}",
    "max_length": "{} characters at most",
}


def problem_of(errors: ValidationError, about: str) -> str:
    """Return what is wrong with one value, in a line.

    Args:
        errors: pydantic's.
        about: what the value is, for the operator.
    """
    return "; ".join(dict.fromkeys(problem_in(error, about) for error in _telling(errors.errors())))


def problem_in(error: Any, about: str | None, argument: str | None = None) -> str:
    """Return one of pydantic's errors in the operator's words, without any of pydantic's.

    Args:
        error: one of `ValidationError.errors()`.
        about: what the value is; None where nobody says.
        argument: the name that the value was given by.
    """
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, NotATarget):
        return str(raised) if argument is None else raised.said_to(argument)
    if raised is not None:
        # Our own checks raise, in words that suit.
        return f"{raised} ({about})" if about else str(raised)
    expected = _expected(error)
    if expected is None:
        return f"expected {about or 'another value'}"
    return f"expected {expected} ({about})" if about else f"expected {expected}"


def _expected(error: Any) -> str | None:
    """Return what was expected, None where the argument's own description says it best."""
    kind, context = error["type"], error.get("ctx", {})
    for name, expected in _LIMITS.items():
        if name in context and (name != "max_length" or kind == "string_too_long"):
            return expected.format(context[name])
    return next((expected for start, expected in _EXPECTED.items() if kind.startswith(start)), None)


def _telling(errors: Iterable[Any]) -> list[Any]:
    """Return the errors that say most: where a text has the wrong form, that it has."""
    found = list(errors)
    return [error for error in found if error["type"] == "string_pattern_mismatch"] or found
