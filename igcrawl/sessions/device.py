"""The device that a session belongs to: kept where a file names it, made up from the account id where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session

#: What else belongs to the device and should not change when the account logs in again.
_OF_DEVICE: Final = (
    *("device_settings", "user_agent", "bloks_versioning_id", "mid"),
    *("locale", "country", "country_code", "timezone_offset", "timezone_name"),
)


def complete(settings: dict[str, Any], where: str) -> dict[str, Any]:
    """Return settings in which nothing that a session needs is missing.

    Args:
        settings: as they were read.
        where: where they come from, for messages.

    Raises:
        BadInput: they hold no session, or parts of two accounts.
    """
    session = Session(dict(settings), where)
    owner = unquote(session.sessionid).partition(":")[0]
    if owner.isdecimal() and owner != session.ds_user_id:
        raise BadInput(
            f"{where}: the sessionid is that of account {owner}, not that of account {session.ds_user_id}: log in again"
        )
    return {**settings, "authorization_data": session.authorization_data, "uuids": _with_ids(session, settings)}


def with_device_of(settings: dict[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return new settings of an account, with what they lack of its device from an earlier session.

    Args:
        settings: as they were read, before `complete` makes anything up.
        earlier: the settings of the earlier session.
    """
    said = {**settings, "mid": settings.get("mid") or (settings.get("cookies") or {}).get("mid")}
    kept = {name: earlier[name] for name in _OF_DEVICE if earlier.get(name) and not said.get(name)}
    ids = {**(earlier.get("uuids") or {}), **_given(settings.get("uuids"))}
    return {**settings, **kept, "uuids": ids}


def _with_ids(session: Session, settings: Mapping[str, Any]) -> dict[str, Any]:
    made_up = {
        "phone_id": session.phone_id,
        "uuid": session.uuid,
        "android_device_id": session.android_device_id,
    }
    return {**made_up, **_given(settings.get("uuids"))}


def _given(ids: Any) -> dict[str, Any]:
    return {name: value for name, value in (ids or {}).items() if value}
