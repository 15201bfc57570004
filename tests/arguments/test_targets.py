"""Targets as people have them are read for what they are, or refused in the operator's own words."""

from __future__ import annotations

import random
import string

import pytest

from igcrawl.arguments import AccountArguments, ListArguments, MediaArguments, TargetArguments, targets
from igcrawl.arguments.media_targets import read_media
from igcrawl.arguments.targets import NotATarget, Target, read_target, read_user_id, read_username
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS

LETTERS = string.ascii_lowercase + string.digits + "._"


def name_at_random(rng: random.Random) -> str:
    """A username with a letter in it that is no word of Instagram's own paths."""
    words = {"reel", "reels", "stories", "instagram.com"} | targets._OWN_PAGES
    while True:
        name = "".join(rng.choices(LETTERS, k=rng.randint(3, 29)))
        if any(character.isalpha() for character in name) and name not in words:
            return name


def decorated(rng: random.Random, name: str) -> str:
    """A name as somebody might copy it."""
    if rng.random() < 0.6:
        scheme = rng.choice(["https://", "http://", "HTTPS://", "", "//"])
        host = rng.choice(["www.instagram.com", "instagram.com", "m.instagram.com", "Instagram.com", "instagr.am"])
        before = rng.choice(["/", "/", "/_u/", "/@"])
        behind = rng.choice(
            ["", "/", "/reels/", "/tagged/", "/followers", "/following/", "/?igsh=MzRlODBiNWFlZA==", "?hl=en#x"]
        )
        name = f"{scheme}{host}{before}{name}{behind}"
    elif rng.random() < 0.5:
        name = f"@{name}"
    if rng.random() < 0.3:
        name = name.upper() if rng.random() < 0.5 else name.title()
    opening, closing = rng.choice([("", ""), ('"', '"'), ("'", "'"), ("'", ""), ("“", "”"), ("<", ">")])
    blank = rng.choice(["", " ", "\t", "\u00a0", "\ufeff", "\u200e", "  \u200b"])
    return f"{blank}{opening}{name}{closing}{blank}"


def test_a_name_is_found_however_it_is_decorated() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(3000):
        name = name_at_random(rng)
        text = decorated(rng, name)
        assert read_username(text) == name, (seed, text)


def test_an_id_is_found_however_a_spreadsheet_has_written_it() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(1000):
        digits = rng.randint(1, 20)
        wanted = str(rng.randint(10 ** (digits - 1), 10**digits - 1))
        zeros = rng.choice(["", "", ".0", ".00", ",0"]) if digits <= 15 else ""
        opening, closing = rng.choice([("", ""), ('"', '"'), ("'", "'"), ("'", "")])
        text = f"{rng.choice(['', ' ', chr(0xA0)])}{opening}{wanted}{zeros}{closing} "
        assert read_user_id(text) == wanted, (seed, text)
        assert read_target(text) == ("user_id", wanted), (seed, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://www.instagram.com/p/C0ffee/?img_index=1", "the address of a post, not of an account"),
        ("https://www.instagram.com/some.one/p/C0ffee/", "the address of a post"),
        ("https://www.instagram.com/reel/C0ffee/", "the address of a reel"),
        ("https://www.instagram.com/tv/C0ffee", "the address of a video"),
        ("https://www.instagram.com/explore/tags/python/", "Instagram's own pages"),
        ("https://www.instagram.com/accounts/login/?next=/some.one/", "Instagram's own pages"),
        ("https://www.instagram.com/stories/highlights/17/", "Instagram's own pages"),
        ("https://www.instagram.com/", "names no account"),
        ("instagram.com", "names no account"),
        ("https://www.threads.net/@some.one", "an address of another site"),
        ("https://instagram.com@evil.example/some.one", "an address of another site"),
        ("https://www.instagram.com.evil.example/some.one", "an address of another site"),
        ("n/a", "is no account"),
        ("\u2013", "is no account"),
        ("https://[::1/some.one", "cannot be read"),
        ("some one", "a blank is in no username"),
        ("some-one", "'-' is in no username"),
        ("s\u043eme", "(cyrillic small letter o) is in no username"),
        ("\u212aelvin", "(kelvin sign) is in no username"),
        ("some@mail.example", "'@' is in no username"),
        ("a" * 31, "is too long; a username has 30 characters at most"),
        ("@", "no name in it"),
        (' "" ', "it is empty"),
        ("some\udcff", "is in no username"),
        ("some\x1b[31m", "is in no username"),
    ],
)
def test_what_is_no_name_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotATarget) as refused:
        read_username(text)
    assert why in str(refused.value)
    assert str(refused.value).isprintable()


SOMETHING_ELSE = (
    *("/s/aGlnaGxpZ2h0OjE3?story_media_id=1", "/n/some.one", "/ar/17/", "/some.one/c/1/", "/some.one/guide/x/17/"),
    *(
        "/qr/some.one",
        "/some.one/tagged/more/",
        "/some.one/some.two",
        "/stories/some.one/17/more",
        "/some.one/followers/x",
    ),
)
OWN_PAGES = (
    *("/share/BAxYz12", "/share/", "/invites/contact/?i=x", "/popular/some-topic/", "/guide/some-title/17/", "/guides"),
    *("/locations", "/locations/c1/", "/emails/settings/", "/explore", "/direct/inbox/", "/accounts", "/terms/"),
    *("/Privacy", "/directory/profiles/", "/your_activity/", "/login", "/nametag/", "/_u/explore"),
)


@pytest.mark.parametrize("path", SOMETHING_ELSE)
def test_an_address_that_goes_on_behind_its_first_step_is_no_account_s(path: str) -> None:
    with pytest.raises(NotATarget) as refused:
        read_username(f"https://www.instagram.com{path}")
    said = "the address of something else than an account; expected https://www.instagram.com/name/"
    assert str(refused.value) == said


@pytest.mark.parametrize("path", OWN_PAGES)
def test_an_address_of_instagram_s_own_pages_is_no_account_s(path: str) -> None:
    with pytest.raises(NotATarget, match="one of Instagram's own pages, not of an account; expected https://www"):
        read_username(f"https://www.instagram.com{path}")


@pytest.mark.parametrize(
    "path",
    [
        *("/Some.One", "/some.one/reels/", "/some.one/Tagged", "/some.one/followers/mutualFirst", "/some.one/channel/"),
        *("/some.one/saved/", "/some.one/feed/", "/some.one/guides/", "/some.one/?igsh=x", "//some.one//reels//"),
        *("/_u/some.one", "/_u/some.one/reels", "/stories/some.one/", "/stories/some.one/3141592653589793238/?r=1"),
    ],
)
def test_an_address_of_a_profile_or_of_a_tab_or_a_story_of_it_is_the_account_s(path: str) -> None:
    assert read_username(f"https://www.instagram.com{path}") == "some.one"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2.5025320E+07", "its last digits are lost"),
        ("2,5E7", "its last digits are lost"),
        ("12345678901234567.0", "a spreadsheet has rounded this id"),
        ("25,025,320", "digits without anything between them"),
        ("25 025 320", "digits without anything between them"),
        ("0123", "the first of which is not 0"),
        ("0", "the first of which is not 0"),
        ("1" * 21, "1 to 20 digits"),
        ("-5", "expected the account's numeric id"),
        ("25025320.5", "got a name; give username=25025320.5"),
        ("\u0661\u0662", "expected the account's numeric id"),
        ("Some.One", "got a name; give username=some.one"),
        ("@some.one", "got a name; give username=some.one"),
        ("https://instagram.com/Some.One/?igsh=x", "got an address; give username=some.one"),
        ("https://instagram.com/p/x/", "got an address: the address of a post"),
    ],
)
def test_what_is_no_id_is_refused_and_the_argument_named_that_takes_it(text: str, why: str) -> None:
    with pytest.raises(NotATarget) as refused:
        read_user_id(text)
    assert why in str(refused.value)


def test_arguments_take_targets_as_people_have_them() -> None:
    assert ListArguments.parse({"username": " @Some.One "}).username == ["some.one"]
    assert ListArguments.parse({"username": "https://www.instagram.com/Some.One/?igsh=x"}).username == ["some.one"]
    assert ListArguments.parse({"user_id": "25025320.0"}).user_id == ["25025320"]
    given = AccountArguments.parse({"usernames": "@A, https://instagram.com/b/, C"})
    assert given.usernames == ["a", "b", "c"]
    assert OPERATIONS["user_lookup"].check({"username": "@A"}) == {"username": "a"}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            {"user_id": "@some.one"},
            "user_id=@some.one: expected the account's numeric id, got a name; give username=some.one",
        ),
        ({"user_ids": "1,b"}, "user_ids=b: expected the account's numeric id, got a name; give usernames=b"),
        (
            {"usernames": "a b"},
            "usernames=a b: a blank is in no username; they have letters a to z, digits, dots and underscores",
        ),
    ],
)
def test_a_target_in_the_wrong_argument_is_refused_in_one_line(arguments: dict[str, str], line: str) -> None:
    with pytest.raises(BadInput) as refused:
        ListArguments.parse(arguments)
    assert str(refused.value) == line


def test_text_that_is_no_utf_8_is_refused_in_every_argument() -> None:
    for given in ({"username": "a\udcff"}, {"crawl": "\udcff"}, {"\udcff": "1"}):
        with pytest.raises(BadInput) as refused:
            ListArguments.parse({"user_id": "1", **given})
        assert "expected text in UTF-8" in str(refused.value)
        assert str(refused.value).encode()


@pytest.mark.parametrize("give", [{"user_id": "1, 2,1"}, {"user_ids": "1,2"}, {"user_id": "1.0,2"}])
def test_several_ids_are_targets_each_once_by_whichever_argument(give: dict[str, str]) -> None:
    args = ListArguments.parse(give)
    assert args.targets == [("user_id", "1"), ("user_id", "2")]
    assert args.crawl_shape() == {"user_ids": ["1", "2"]}


@pytest.mark.parametrize("give", [{"username": "A,https://instagram.com/b/"}, {"usernames": "@a,b,B"}])
def test_several_names_are_targets_each_once_by_whichever_argument(give: dict[str, str]) -> None:
    args = AccountArguments.parse(give)
    assert args.targets == [("username", "a"), ("username", "b")]
    assert args.crawl_shape() == {"usernames": ["a", "b"]}


def test_one_target_is_the_same_crawl_by_whichever_argument() -> None:
    for name in ("user_id", "user_ids"):
        assert ListArguments.parse({name: "5"}).crawl_shape() == {"user_id": "5"}
    for name in ("media_id", "media_ids"):
        assert MediaArguments.parse({name: "5_6"}).crawl_shape() == {"media_id": "5_6"}


@pytest.mark.parametrize(
    ("kind", "arguments", "line"),
    [
        (ListArguments, {}, "give the accounts one way: user_id=1,2 or username=a,b or file=accounts.csv"),
        (ListArguments, {"user_id": "1", "username": "a"}, "give the accounts one way: "),
        (ListArguments, {"user_id": "1", "user_ids": "2"}, "give the accounts one way: "),
        (AccountArguments, {"usernames": "a", "file": "x"}, "give the accounts one way: "),
        (MediaArguments, {}, "give the posts one way: media_ids=1,2_3 "),
        (MediaArguments, {"media_ids": "1", "file": "x"}, "give the posts one way: "),
        (AccountArguments, {"user_id": "1", "column": "a"}, "column goes with file=…"),
        (AccountArguments, {"user_id": "1", "bad_lines": "skip"}, "bad_lines goes with file=…"),
        (AccountArguments, {"file": "x", "bad_lines": "drop"}, "bad_lines=drop: expected refuse, skip or list: "),
        (AccountArguments, {"user_ids": ""}, "user_ids=: is empty"),
        (MediaArguments, {"media_id": "a b"}, "media_id=a b: expected an id, a shortcode or an address"),
    ],
)
def test_targets_that_are_given_wrong_are_refused_in_one_line(
    kind: type[TargetArguments], arguments: dict[str, str], line: str
) -> None:
    with pytest.raises(BadInput) as refused:
        kind.parse(arguments)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


# Posts


def code_of(number: int) -> str:
    """A shortcode, written another way than it is read."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(digits[number >> shift & 63] for shift in range(60, -1, -6)).lstrip("A") or "A"


#: As instagrapi and the pages of the posts have them.
KNOWN_CODES = {"B1LbfVPlwIA": "2110901750722920960", "B-fKL9qpeab": "2278584739065882267"}


@pytest.mark.parametrize(("code", "media_id"), KNOWN_CODES.items())
def test_a_shortcode_is_the_number_that_others_read_in_it(code: str, media_id: str) -> None:
    assert read_media(code) == ("media_id", media_id)


def test_a_post_is_found_however_it_is_written() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(2000):
        number = rng.randrange(1, 1 << rng.choice([20, 40, 62, 64]))
        code = code_of(number)
        if code.isdecimal() or code.replace("_", "", 1).isdecimal():
            continue
        key = "".join(rng.choices(string.ascii_letters, k=28)) if len(code) == 11 and rng.random() < 0.2 else ""
        before = rng.choice(["/p/", "/reel/", "/reels/", "/tv/", "/some.one/p/", "/Some.One/reel/", "/P/"])
        host = rng.choice(["https://www.instagram.com", "http://m.instagram.com", "instagram.com", "//instagr.am"])
        behind = rng.choice(["", "/", "/?img_index=1", "?igsh=MzRlODBiNWFlZA==", "/#x"])
        wanted, text = str(number), rng.choice([code + key, f"{host}{before}{code}{key}{behind}"])
        if rng.random() < 0.3:
            text = wanted = f"{number}_{rng.randrange(1, 1 << 40)}" if rng.random() < 0.5 else wanted
        text = rng.choice(["{}", ' "{}"', "\ufeff{}\u00a0", "<{}>"]).format(text)
        assert read_media(text) == Target("media_id", wanted), (seed, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://www.instagram.com/share/reel/BAxYz12", "scrapy crawl resolve -a url=…"),
        ("https://www.instagram.com/some.one/", "the address of something else than a post or reel"),
        ("https://www.instagram.com/reels/audio/17/", "the address of something else than a post or reel"),
        ("https://www.instagram.com/stories/highlights/17/", "the address of something else"),
        ("n/a", "is no post"),
        ("-", "is no post"),
        ("https://www.threads.net/p/C0ffee", "an address of another site"),
        ("https://instagram.com@evil.example/p/C0ffee", "an address of another site"),
        ("3.7768328982802E+18", "its last digits are lost"),
        ("3776832898280228145.0", "a spreadsheet has rounded this id"),
        ("3,776,832,898,280", "expected the media's id, digits without anything between them"),
        ("C0ffee12345x", "is too long for a shortcode, which has 11 characters at most"),
        ("___________", "it stands for no id"),
        ("A", "it stands for no id"),
        ("C0f\u0435e", "expected an id, a shortcode or an address"),
        (" ", "it is empty"),
    ],
)
def test_what_is_no_post_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotATarget) as refused:
        read_media(text)
    assert why in str(refused.value)
    assert str(refused.value).isprintable()


def test_operations_take_posts_as_people_have_them() -> None:
    [(code, media_id), _] = KNOWN_CODES.items()
    assert OPERATIONS["media_info"].check({"media_id": f"instagram.com/p/{code}"}) == {"media_id": media_id}
    assert OPERATIONS["comment_infos"].check({"media_ids": f"1_2, {code}"}) == {"media_ids": ["1_2", media_id]}
