"""Which id of a query is asked by, as staleness is found out. Pure."""

from __future__ import annotations

from pathlib import Path

from igcrawl.doc_ids import CurrentIds, DocIds, read_own, shipped_queries

OPERATION, QUERY = "followers", "FollowersList"
SHIPPED = [each.id for each in shipped_queries()[QUERY].ids]
OWN = '[FollowersList]\nids = [{ id = "11111" }, { id = "22222" }]\n'


def ids_of(given: DocIds, *stale: str) -> CurrentIds:
    return CurrentIds(given, stale)


def with_own(folder: Path, **overrides: str) -> DocIds:
    path = folder / "doc_ids.toml"
    path.write_text(OWN)
    return DocIds(overrides, read_own(path))


def asked(ids: CurrentIds) -> str | None:
    current = ids.of(OPERATION, QUERY)
    return None if current is None else current.id


def likely(ids: CurrentIds) -> list[str]:
    current = ids.of(OPERATION, QUERY)
    assert current is not None
    return [each.id for each in ids.likely(OPERATION, QUERY, current)]


def test_the_first_id_that_is_not_stale_is_asked_by() -> None:
    assert asked(ids_of(DocIds())) == SHIPPED[0]
    assert asked(ids_of(DocIds(), SHIPPED[0])) == SHIPPED[1]
    assert asked(ids_of(DocIds(), *SHIPPED)) is None


def test_an_id_that_is_dropped_stays_dropped_for_this_run_whatever_is_learned() -> None:
    ids = ids_of(DocIds())
    ids.drop(SHIPPED[0])
    ids.learn([])
    assert asked(ids) == SHIPPED[1]
    ids.learn([SHIPPED[1]])
    assert asked(ids) == SHIPPED[2]
    ids.learn([])
    assert asked(ids) == SHIPPED[1]


def test_an_id_is_tried_for_now() -> None:
    ids = ids_of(DocIds())
    ids.attempt(QUERY, SHIPPED[2])
    assert asked(ids) == SHIPPED[2]
    ids.attempt(QUERY, None)
    assert asked(ids) == SHIPPED[0]


def test_an_id_that_is_set_for_the_run_is_tried_though_it_is_stale_but_not_twice() -> None:
    ids = ids_of(DocIds({OPERATION: SHIPPED[1]}), *SHIPPED)
    assert asked(ids) == SHIPPED[1]
    ids.drop(SHIPPED[1])
    assert asked(ids) is None


def test_successors_are_all_that_are_left_and_likely_is_the_next(tmp_path: Path) -> None:
    ids = ids_of(DocIds())
    assert [each.id for each in ids.successors(OPERATION, QUERY, SHIPPED[0])] == SHIPPED[1:]
    assert likely(ids) == SHIPPED[1:2]
    assert likely(ids_of(DocIds(), *SHIPPED[:-1])) == []


def test_behind_the_operators_own_ids_the_first_that_is_shipped_is_likely_too(tmp_path: Path) -> None:
    given = with_own(tmp_path)
    assert likely(ids_of(given)) == ["22222", SHIPPED[0]]
    assert likely(ids_of(given, "11111")) == [SHIPPED[0]]
    assert likely(ids_of(given, *SHIPPED)) == ["22222"]
    assert likely(ids_of(with_own(tmp_path, followers="33333"))) == ["11111", SHIPPED[0]]
