"""The canary: a call that needs no doc_id tells a rotated one from a throttled session and from the target's answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.scrapy_request import CANARY
from igcrawl.errors import AnswerError, TargetError, Throttled, Trouble, WaitTooLong
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS

logger = logging.getLogger(__name__)

#: Asked for the session's own account where nothing stands in.
OWN_ACCOUNT: Final = "user_info"

#: Sends a call for a walk, with this in its request's meta, and returns the answer's envelope.
Send: TypeAlias = Callable[[AskingWalk, Call, dict[str, Any]], Awaitable[dict[str, Any]]]


async def ask_canary(
    send: Send, walk: AskingWalk, call: Call, account: str, *, after_rest: bool
) -> dict[str, Any] | None:
    """Ask what needs no doc_id: the first page of what would stand in; when that fails, the session's own account.

    Args:
        send: sends it.
        walk: pays for it.
        call: was answered as if its doc_id were gone.
        account: the session's own.
        after_rest: whether the session had rested for the call.

    Returns:
        The envelope of what would stand in, None when it was not that which worked.

    Raises:
        Throttled: nothing works.
        Trouble: a human must look.
        TargetError: the answer was the target's own.
        WaitTooLong: the canary may not be sent soon enough.
    """
    fallback = OPERATIONS[call.operation].fallback
    if fallback is not None:
        try:
            return await send(walk, replace(call, operation=fallback, cursor=None), {CANARY: True})
        except TargetError:
            # No target's own answer says "Please wait".
            if not after_rest:
                raise
            return None
        except (Throttled, Trouble, WaitTooLong):
            raise
        except AnswerError as error:
            logger.debug("%s: what would stand in fails, too: %s", call.operation, error)
    await _ask_own_account(send, walk, call, account)
    return None


async def _ask_own_account(send: Send, walk: AskingWalk, call: Call, account: str) -> None:
    try:
        await send(walk, Call(OWN_ACCOUNT, {"user_id": account}), {CANARY: True})
    except TargetError:
        pass
    except (Throttled, Trouble, WaitTooLong):
        raise
    except AnswerError as error:
        said = f"{call.operation}: answered as if its doc_id were gone, and a call that needs none fails, too: {error}"
        raise Throttled(said) from None


def may_be_stale(call: Call, status: int, *, rested: bool) -> bool:
    """Return whether what looks throttled may be a doc_id that was rotated: some are answered 401, "Please wait".

    Args:
        call: what was asked.
        status: of the answer.
        rested: whether the session has rested for the call.
    """
    return rested and status == 401 and OPERATIONS[call.operation].query_name is not None
