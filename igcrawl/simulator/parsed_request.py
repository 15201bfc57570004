"""One request as the simulator understands it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

APP_HEADERS = ("User-Agent", "X-IG-App-ID", "X-IG-Device-ID", "X-IG-Android-ID", "X-IG-Capabilities", "X-MID")
"""Headers every app request carries; a request without one is answered all the same, and the log says what missed."""


class BadAskError(ValueError):
    """Raised when a form, its variables or its signed body cannot be read; the text becomes the answer's message."""


@dataclass(slots=True)
class Ask:
    """A request taken apart.

    `arguments` are the variables of a GraphQL call or the JSON of a signed body. `operation` is "unknown" until a
    route is found. `session` is the ds_user_id the request came with, when the session is a good one. `twist` is set
    by a scripted fault that changes the page.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: dict[str, str]
    form: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, object] = field(default_factory=dict)
    operation: str = "unknown"
    surface: str = "page"
    target: str | None = None
    cursor: str | None = None
    session: str | None = None
    twist: str | None = None

    @property
    def missing_headers(self) -> tuple[str, ...]:
        """Name the app headers that a request to the mobile host left out."""
        if self.surface not in ("mobile", "rest"):
            return ()
        return tuple(name for name in APP_HEADERS if name not in self.headers)

    @property
    def cookies(self) -> dict[str, str]:
        """Return the cookies, by name, as they were sent (still percent-encoded)."""
        pairs = (part.strip().partition("=") for part in self.headers.get("Cookie", "").split(";"))
        return {name: value.strip('"') for name, equals, value in pairs if equals}

    def argument(self, *path: str) -> object:
        """Return a variable by its path, or None when there is none."""
        value: object = self.arguments
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value


def read_ask(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Ask:
    """Take a request apart.

    Raises BadAskError when a form field that must be JSON is none.
    """
    ask = Ask(method, path, headers, dict(parse_qsl(query, keep_blank_values=True)))
    if method == "POST":
        ask.form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    signed = ask.form.get("signed_body")
    variables = ask.form.get("variables", ask.query.get("variables"))
    if signed is not None:
        ask.arguments = _json_object(signed.removeprefix("SIGNATURE."), "signed_body")
    elif variables is not None:
        ask.arguments = _json_object(variables, "variables")
    return ask


def _json_object(text: str, what: str) -> dict[str, object]:
    for candidate in (text, unquote(text)):
        try:
            value = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    raise BadAskError(f"{what} is not a JSON object")
