"""Canaries: calls whose answer is known when all is well, about the operator's own account."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from igcrawl.calling.wire import address
from igcrawl.errors import Sign
from igcrawl.operations.call import Call, Host
from igcrawl.operations.catalogue import OPERATIONS

#: The operator's own account as the app asks for it, without a doc_id,
APP_CANARY: Final = "user_info"
#: and as the web does.
WEB_CANARY: Final = "user_profile"


def canary_of(call: Call, sign: Sign, account: str) -> Call:
    """Return a call about the operator's own account that tells whether the session works.

    Args:
        call: was answered in a way that nobody knows.
        sign: what that looks like. Where a surface refuses the session, the other one is asked.
        account: the session's own.
    """
    by_web = host_of(call) is Host.MOBILE if sign is Sign.DENIED else call.operation == APP_CANARY
    return Call(WEB_CANARY if by_web else APP_CANARY, {"user_id": account})


def own_call(call: Call, account: str, username: str | None) -> Call | None:
    """Return the same query about the operator's own account; None for one about no account, or about that one.

    Args:
        call: what was asked.
        account: the session's own.
        username: its name, None as long as it is not known.
    """
    own = {"user_id": account, "username": username}
    argument = next(iter(OPERATIONS[call.operation].arguments), "")
    if own.get(argument) is None or call.args.get(argument) in (None, own[argument]):
        return None
    return replace(call, args={**call.args, argument: own[argument]}, cursor=None)


def is_about_name(call: Call) -> bool:
    """Return whether a call asks for an account by its name."""
    return next(iter(OPERATIONS[call.operation].arguments), "") == "username"


def host_of(call: Call) -> Host | None:
    """Return the host that a call is asked of."""
    return address(OPERATIONS[call.operation], call)[1]
