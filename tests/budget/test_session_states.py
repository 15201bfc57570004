"""Session states in one place or two: every request counts in each, the stricter holds, and parking in either parks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.moments import Moment
from igcrawl.budget.parking import resume
from igcrawl.budget.session_state import PARKED, Permit, SessionState
from igcrawl.budget.session_states import SessionStates, opened_states
from igcrawl.budget.state_folder import state_folder
from igcrawl.errors import BadInput, StoreError
from tests.store.samples import opened
from tests.store.test_session_states import put_earlier
from tests.support.postgres import ready_database

NOW, ACCOUNT, SERVER = 1_800_000_000.0, "58001234567", "instagram.com"
BUDGET = Budget(WindowLimits(5, 20), pace=Pace.BURST)


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for states."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    return tmp_path / "user" / "igcrawl"


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    """The address of a Postgres store."""
    with ready_database() as url:
        yield url


def take(state: SessionState) -> Permit:
    return state.ask(BUDGET, "relations", NOW, 0.5)


def take_back(state: SessionState, permit: Permit) -> None:
    state.take_back("relations", permit)


async def send(states: SessionStates, times: int) -> int:
    """Ask so often, and return how often it was allowed."""
    return sum([(await states.ask(ACCOUNT, take, take_back)).wait <= 0 for _ in range(times)])


async def test_another_store_another_folder_and_a_deleted_store_have_the_same_budget(tmp_path: Path) -> None:
    sent = 0
    for name in ("one", "two", "two/deeper"):
        async with opened(f"sqlite:///{tmp_path}/{name}/store.db") as store, opened_states("", SERVER, store) as states:
            sent += await send(states, 2)
    (tmp_path / "one" / "store.db").unlink()
    async with opened(f"sqlite:///{tmp_path}/one/store.db") as store, opened_states("", SERVER, store) as states:
        sent += await send(states, 5)
    async with opened_states("", SERVER, None) as states:
        sent += await send(states, 5)
    assert sent == 5


async def test_another_server_has_a_state_of_its_own() -> None:
    async with opened_states("", SERVER, None) as states, opened_states("", "loopback:80", None) as loopback:
        assert await send(loopback, 9) == 5
        await loopback.change(ACCOUNT, lambda state: state.park(PARKED, "challenge", NOW, "x"))
        assert (await states.read(ACCOUNT)).parked is None
        assert await send(states, 9) == 5


async def test_with_a_postgres_store_each_request_counts_there_and_for_the_user(shared: str, tmp_path: Path) -> None:
    account_states = []
    async with opened(shared) as store:
        async with opened_states("", "two places", store) as both:
            assert await send(both, 3) == 3
        async with opened_states("", "two places", None) as user_only:
            account_states.append(await user_only.read(ACCOUNT))
            assert await send(user_only, 1) == 1
        async with opened_states(shared, "two places", None) as postgres_only:
            account_states.append(await postgres_only.read(ACCOUNT))
            assert await send(postgres_only, 1) == 1
        assert [len(state.sent.times(NOW)) for state in account_states] == [3, 3]
        async with opened_states("", "two places", store) as both:
            # Four were sent by each, which the one place does not know of the other: 3 + 1 here, 3 + 1 there.
            assert await send(both, 9) == 1
            state = await both.read(ACCOUNT)
    assert len(state.sent.times(NOW)) >= 4


async def test_parking_in_either_place_parks_and_resuming_resumes_both(shared: str) -> None:
    async with opened(shared) as store:
        for address in ("", shared):
            server = f"parked in {address or 'user'}"
            async with opened_states(address, server, None) as one:
                await one.change(ACCOUNT, lambda state: state.park(PARKED, "challenge", NOW, "x"))
            async with opened_states("", server, store) as both:
                assert (await both.read(ACCOUNT)).parked == PARKED
                await both.change(ACCOUNT, SessionState.resume)
                assert (await both.read(ACCOUNT)).parked is None


async def test_who_resumes_at_instagram_resumes_on_loopback_too_and_not_the_other_way_round() -> None:
    servers = (SERVER, "loopback:80")
    for asked, left in ((SERVER, []), ("loopback:80", [SERVER])):
        for server in servers:
            async with opened_states("", server, None) as states:
                await states.change(ACCOUNT, lambda state: state.park(PARKED, "challenge", NOW, "x"))
        async with opened_states("", asked, None) as states:
            await resume(states, ACCOUNT, None)
        parked = []
        for server in servers:
            async with opened_states("", server, None) as states:
                parked += [server] if (await states.read(ACCOUNT)).parked else []
        assert parked == left


async def test_a_place_that_is_named_stands_for_both_others(shared: str, tmp_path: Path, user: Path) -> None:
    async with opened(shared) as store, opened_states(str(tmp_path / "named"), SERVER, store) as states:
        await send(states, 2)
    assert not user.exists()
    async with opened_states(shared, SERVER, None) as postgres_only:
        assert (await postgres_only.read(ACCOUNT)).sent.times(NOW) == []


async def test_a_turn_that_one_place_refuses_is_not_taken_in_the_other(shared: str) -> None:
    async with opened(shared) as store, opened_states("", "refusing", store) as both:
        async with opened_states("", "refusing", None) as user_only:
            await send(user_only, 5)
        assert await send(both, 3) == 0
        async with opened_states(shared, "refusing", None) as postgres_only:
            assert (await postgres_only.read(ACCOUNT)).sent.times(NOW) == []


async def test_many_who_ask_at_once_in_two_places_never_get_more_than_the_budget(shared: str) -> None:
    async with opened(shared) as store, opened_states("", "many", store) as both:
        assert sum(await asyncio.gather(*(send(both, 4) for _ in range(10)))) <= 5


async def test_a_place_that_fails_does_not_keep_the_other_from_being_changed(shared: str) -> None:
    class Failing:
        async def change(self, *given: object) -> None:
            raise StoreError("gone")

    async with opened(shared) as store, opened_states("", "failing", store) as both:
        for number in (0, 1):
            places = both._places
            both._places = [Failing() if at == number else each for at, each in enumerate(places)]  # type: ignore[misc]
            with pytest.raises(StoreError, match="gone"):
                await both.change(ACCOUNT, lambda state: state.park(PARKED, "challenge", NOW, "x"))
            both._places = places
            assert (await both.read(ACCOUNT)).parked == PARKED
            await both.change(ACCOUNT, SessionState.resume)


async def test_the_state_that_an_earlier_version_kept_in_a_store_is_taken_over_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    async with opened(url):
        pass
    put_earlier(
        url,
        ACCOUNT,
        '{"sent": {"relations": [1799999990.0]}, "parked": "parked", "cooling_until": 1800000050, "rest": 60}',
    )
    async with opened(url) as store, opened_states("", SERVER, store) as states:
        state = await states.read(ACCOUNT)
        assert state.sent.times(NOW) == [NOW - 10]
        assert (state.parked, state.cools_until(NOW)) == (PARKED, NOW + 50)
        await states.change(ACCOUNT, SessionState.resume)
    async with opened(url) as store, opened_states("", SERVER, store) as states:
        assert (await states.read(ACCOUNT)).parked is None
    # Resumed is resumed, also where the state is a new one.
    async with opened(url) as store, opened_states(str(tmp_path / "elsewhere"), SERVER, store) as states:
        assert (await states.read(ACCOUNT)).sent.times(NOW) == [NOW - 10]
    # Nobody knows of which server it spoke.
    async with opened(url) as store, opened_states("", "loopback:80", store) as states:
        assert (await states.read(ACCOUNT)).parked == PARKED


async def test_an_old_parking_holds_in_each_new_state_until_the_session_is_resumed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    async with opened(url):
        pass
    put_earlier(url, ACCOUNT, '{"parked": "parked", "parked_why": "challenge_required"}')
    for home in ("one", "two", "one"):
        async with opened(url) as store, opened_states(str(tmp_path / home), SERVER, store) as states:
            assert (await states.read(ACCOUNT)).parked == PARKED
    async with opened(url) as store, opened_states(str(tmp_path / "two"), SERVER, store) as states:
        await resume(states, ACCOUNT, None)
    async with opened(url) as store, opened_states(str(tmp_path / "three"), SERVER, store) as states:
        assert (await states.read(ACCOUNT)).parked is None


async def test_two_old_stores_are_one_budget(tmp_path: Path) -> None:
    for name, at in (("a", 1), ("b", 2), ("copy-of-b", 2)):
        url = f"sqlite:///{tmp_path}/{name}.db"
        async with opened(url):
            pass
        put_earlier(url, ACCOUNT, f'{{"sent": {{"relations": [{NOW - at}, {NOW - at - 0.5}]}}}}')
        async with opened(url) as store, opened_states("", SERVER, store) as states:
            sent = (await states.read(ACCOUNT)).sent.times(NOW)
    assert len(sent) == 4


def test_the_folder_is_made_for_its_owner_only(user: Path) -> None:
    assert state_folder("") == user
    assert user.stat().st_mode & 0o777 == 0o700


async def test_its_file_can_be_read_by_its_owner_only(user: Path) -> None:
    async with opened_states("", SERVER, None):
        assert [path.stat().st_mode & 0o077 for path in user.iterdir()] == [0] * len(list(user.iterdir()))


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_STATE_HOME": "{}/x", "HOME": "{}/home"}, "{}/x/igcrawl"),
        ({"HOME": "{}/home"}, "{}/home/.local/state/igcrawl"),
        ({"XDG_STATE_HOME": "relative", "HOME": "{}/home"}, "{}/home/.local/state/igcrawl"),
        ({"XDG_STATE_HOME": "", "HOME": "{}/home"}, "{}/home/.local/state/igcrawl"),
    ],
)
def test_the_folder_is_where_the_standard_says(environment: dict[str, str], folder: str, tmp_path: Path) -> None:
    given = {name: value.format(tmp_path) for name, value in environment.items()}
    assert state_folder("", given) == Path(folder.format(tmp_path))


def test_without_a_home_it_is_that_of_the_user_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        pw_dir = str(tmp_path / "home")

    monkeypatch.setattr("pwd.getpwuid", lambda _: Entry)
    assert state_folder("", {}) == tmp_path / "home" / ".local" / "state" / "igcrawl"


def test_a_user_that_no_database_knows_is_told_which_setting_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    with pytest.raises(BadInput, match=r"^IG_STATE: this user has no home folder; .*IG_STATE=/path, or .*"):
        state_folder("", {})


def test_a_folder_that_cannot_be_made_is_refused_with_the_setting_to_give(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (str(tmp_path / "file"), str(tmp_path / "file" / "deeper"), "/proc/igcrawl"):
        with pytest.raises(
            BadInput,
            match=r"^IG_STATE: .*; give a folder that can be written, IG_STATE=/path, or IG_STATE=postgresql://…$",
        ):
            state_folder(folder)


def test_what_two_places_know_is_held_together() -> None:
    one = SessionState(cooling=Moment(NOW), cooldown_seconds=60.0, clock=NOW)
    other = SessionState(cooling=Moment(NOW), cooldown_seconds=90.0, clock=NOW, cooldowns_in_row=2)
    one.sent.add("relations", Moment(NOW))
    other.sent.add("relations", Moment(NOW))
    other.sent.add("profiles", Moment(NOW + 1))
    one.merge(other)
    assert one.cools_until(NOW) == NOW + 90
    assert (one.cooldowns_in_row, one.sent.times(NOW + 2)) == (2, [NOW, NOW + 1])
