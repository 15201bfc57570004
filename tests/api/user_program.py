"""A program of somebody else's, whose types are checked: it runs nowhere."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import assert_type

import pandas as pd
import polars as pl

import igcrawl
from igcrawl import BadInput, Client, DoubtfulResult, NotFound, PrivateAccount, Refused, SyncClient


async def names(ig: Client) -> list[str]:
    found: list[str] = []
    async for follow in ig.followers("instagram", max_users=500, order="date_followed_latest"):
        assert_type(follow, igcrawl.Follow)
        if follow.username is not None:
            found.append(follow.username)
    return found


async def others(ig: Client) -> None:
    assert_type(await ig.profile("instagram"), igcrawl.Profile)
    assert_type(await ig.profiles(user_id=[1, 2]), list[igcrawl.Profile])
    assert_type(await ig.following(username=["a", "b"], on_doubt="warn"), list[igcrawl.Follow])
    assert_type(await ig.search("python", tab="accounts").all(), list[igcrawl.Hit])
    assert_type(await ig.audio(1), list[igcrawl.Audio | igcrawl.Media])
    assert_type(await ig.call("chaining", user_id="1"), list[igcrawl.Record])
    assert_type(await ig.doc_id("123456", {"id": "1"}, lsd=True), list[igcrawl.Record])
    assert_type(await ig.export(Path("x.csv"), type="follow"), bool)
    posts = ig.feed(user_id=25025320)
    assert_type(posts, igcrawl.Records[igcrawl.Media])
    assert_type(posts.walk, igcrawl.WalkEnd | None)


async def frames(ig: Client) -> None:
    follows = ig.followers("instagram")
    assert_type(await follows.to_pandas(), pd.DataFrame)
    assert_type(await follows.to_polars(), pl.DataFrame)
    assert_type((await ig.history("instagram")).to_pandas(), pd.DataFrame)
    assert_type((await ig.compare("new", "instagram")).to_polars(), pl.DataFrame)


async def of_the_store(ig: Client) -> Path:
    gone = await ig.compare("gone", "instagram", from_=date(2026, 11, 1), any=True)
    assert_type(gone, igcrawl.Comparison)
    assert_type([account.username for account in gone], list[str | None])
    assert_type(gone[0], igcrawl.ComparedAccount)
    assert_type(gone.lists["earlier"], igcrawl.KeptList)
    history = await ig.history(25025320)
    assert_type([seen.at for seen in history.profiles], list[str])
    assert_type([kept.doubt for kept in history.lists], list[str | None])
    return await ig.report("page.html", "instagram")


async def main() -> None:
    async with Client(session="me", store=Path("mine.db"), budget=(60, 300), settings={"IG_PACE": "burst"}) as ig:
        try:
            await names(ig)
        except NotFound as missing:
            assert_type(missing.walk, igcrawl.WalkEnd)
        except (PrivateAccount, Refused) as own:
            assert_type(own.walk, igcrawl.WalkEnd)
            assert_type(own.walks, list[igcrawl.WalkEnd])
        except DoubtfulResult as doubt:
            assert_type(doubt.walk, igcrawl.WalkEnd)
        except BadInput as error:
            print(error)
        await others(ig)


def without_a_loop() -> int:
    with SyncClient("me") as ig:
        follows = ig.followers("instagram")
        assert_type(follows, igcrawl.SyncRecords[igcrawl.Follow])
        assert_type(ig.profile("instagram").follower_count, int | None)
        assert_type(follows.to_pandas(), pd.DataFrame)
        assert_type(ig.compare("overlap", "a", "b").pairs, list[list[int]])
        return sum(follow.is_private is True for follow in follows)


async def mistakes(ig: Client) -> None:
    ig.followers("instagram", max_usrs=3)  # wrong
    ig.followers("instagram", order="newest")  # wrong
    ig.followers(25025320)  # wrong
    ig.search("python", tab=3)  # wrong
    await ig.compare("nwe", "instagram")  # wrong
    await ig.compare("new", "instagram", form_=3)  # wrong


if __name__ == "__main__":
    asyncio.run(main())
