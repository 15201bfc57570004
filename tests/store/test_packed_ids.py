"""Ids as 64-bit numbers: which text is one, what stands for what is none, and what a sorted set of them knows."""

from __future__ import annotations

import pytest

from igcrawl.store.packed_ids import SortedIds, hash_of, is_id, number_of, pack, signed_hash, unpack

LARGEST = (1 << 63) - 1


@pytest.mark.parametrize("text", ["1", "0", "25025320", "9007199254740993", str(LARGEST), "0000000000000000007"])
def test_an_id_is_1_to_19_digits_and_2_to_the_63_minus_1_at_most(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    [
        str(LARGEST + 1),
        "00000000000000000001",
        "9" * 19,
        "1" * 5000,
        "",
        "-1",
        "1.0",
        "1e3",
        " 1",
        "1\n",
        "1_2",
        "١٢٣",
        "²",
        "../../accounts/logout/?x=",
        "1\0",
        "\ud800",
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize("number", [1, 25025320, LARGEST, LARGEST + 1, (1 << 64) - 1])
def test_a_number_of_64_bits_stands_for_itself(number: int) -> None:
    assert number_of(str(number)) == number


@pytest.mark.parametrize(
    "key",
    [str(1 << 64), "9" * 20, "7" * 5000, "007", "-1", "", "²", "١", "a\0", "\ud800", ("user", "1"), None, "x" * 10**6],
)
def test_what_is_no_such_number_is_hashed_to_one(key: object) -> None:
    number = number_of(key)
    assert 0 <= number < 1 << 64
    assert number_of(key) == number
    assert number not in {1, 7, number_of(str(number) + "0")}


def test_a_hash_of_a_text_fits_a_database_whatever_the_text_holds() -> None:
    texts = ["a", "b", "", "\0", "\ud800", "é", "x" * 10**6]
    hashes = [signed_hash(text) for text in texts]
    assert len(set(hashes)) == len(texts)
    assert all(-(1 << 63) <= each < 1 << 63 for each in hashes)
    assert any(each < 0 for each in (signed_hash(str(number)) for number in range(20)))


def test_a_hash_of_numbers_is_that_of_their_set() -> None:
    assert hash_of([3, 1, 2]) == hash_of([1, 2, 3, 3, 1])
    assert len({hash_of([]), hash_of([1]), hash_of([1, 2]), hash_of([2])}) == 4
    assert all(-(1 << 63) <= hash_of([number]) < 1 << 63 for number in range(20))
    assert any(hash_of([number]) < 0 for number in range(20))


def test_what_was_packed_is_unpacked() -> None:
    numbers = [5, 0, (1 << 64) - 1, 5]
    assert list(unpack(pack(numbers))) == numbers
    assert len(pack(numbers)) == 8 * len(numbers)


def test_sorted_ids_know_their_members_and_no_others() -> None:
    # So far apart that they stand in few parts, several in each.
    members = set(range(5, 4000, 32))
    ids = SortedIds([pack(sorted(members, reverse=True)), pack([]), pack([5, 37])])
    assert {number for number in range(4200) if number in ids} == members
    assert all(number not in ids for number in ((1 << 40) + 5, (1 << 64) - 1))
    assert sorted(ids) == sorted(members)
    assert len(ids) == len(members) + 2


def test_no_ids_know_nobody() -> None:
    assert 1 not in SortedIds([])
    assert list(SortedIds([pack([0, 0])])) == [0]
