"""Every way the server has to say that a session is in trouble, for tests to go through."""

from dataclasses import dataclass

from igcrawl.simulator.fault_kinds import KINDS
from igcrawl.simulator.validation import check_word

_MEANINGS = ("login", "human", "automation")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One disguise: a kind of fault with a status.

    `meaning` says what the server wants: "login" again, a "human" who looks, or an end of "automation". `location`
    replaces the one that a redirect leads to. `fault` is what `Faults.add` takes, its text an id for pytest.
    """

    meaning: str
    kind: str
    status: int
    location: str | None = None

    def __post_init__(self) -> None:
        check_word("meaning", self.meaning, _MEANINGS)
        check_word("fault kind", self.kind, KINDS)

    @property
    def fault(self) -> dict[str, object]:
        """Return the keys of the fault that answers so."""
        headers = {"Location": self.location} if self.location else {}
        return {"kind": self.kind, "status": self.status, "headers": headers}

    def __str__(self) -> str:
        return f"{self.kind}-{self.status}" + (self.location or "").rstrip("/").replace("/", "-")


_JSON = (
    ("login", "login_required"),
    ("human", "challenge"),
    ("human", "checkpoint"),
    ("human", "consent"),
    ("human", "suspended"),
    ("automation", "feedback"),
    ("automation", "sentry_block"),
)
_REDIRECTS = (
    ("login", "login_redirect"),
    ("human", "challenge_redirect"),
    ("human", "consent_redirect"),
    ("human", "suspended_redirect"),
)
_PAGES = (
    ("login", "login_page"),
    ("human", "challenge_page"),
    ("human", "consent_page"),
    ("human", "suspended_page"),
)

TROUBLES = (
    *(Trouble(meaning, kind, status) for meaning, kind in _JSON for status in (200, 400, 401, 403)),
    *(Trouble("login", kind, status) for kind in ("login_flag", "status") for status in (401, 403)),
    *(Trouble(meaning, kind, 302) for meaning, kind in _REDIRECTS),
    Trouble("human", "suspended_redirect", 302, "/suspended/"),
    Trouble("human", "challenge_redirect", 302, "/checkpoint/"),
    *(Trouble(meaning, kind, status) for meaning, kind in _PAGES for status in (200, 403)),
    Trouble("human", "not_found_text", 404),
)
"""All of them: JSON with 200, 400, 401 and 403, redirects, pages of HTML, and 404 with the text `Not Found`."""
