"""Log of the requests that reached the simulator, for tests that count."""

from dataclasses import dataclass


@dataclass(slots=True)
class LoggedRequest:
    """One request, logged when it arrived.

    `status` is None until the answer is on its way, and stays None when the connection is cut instead. `session` is
    the ds_user_id of the session it came with, None for no session or a bad one; no secret is kept. `at` is seconds on
    the simulator's clock, unix time unless another one was given. `missing_headers` names app headers that a mobile
    request left out. `doc_id` is the one that was sent. `family` is the operation's (see `families`). `throttled` and
    `challenged` say that a limit answered; what a scripted fault answered is neither.
    """

    method: str
    path: str
    operation: str
    target: str | None
    cursor: str | None
    status: int | None
    session: str | None
    at: float
    doc_id: str | None = None
    missing_headers: tuple[str, ...] = ()
    family: str | None = None
    throttled: bool = False
    challenged: bool = False
