"""Targets as people have them are read for what they are, or refused in the operator's own words."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from igcrawl.arguments import ListArguments, ProfilesArguments, read_target_file, targets
from igcrawl.arguments.targets import NotATarget, read_target, read_user_id, read_username
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
    opening, closing = rng.choice([("", ""), ('"', '"'), ("'", "'"), ("“", "”"), ("<", ">")])
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
        if zeros and (opening, closing) == ("'", ""):
            continue
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
        ("https://[::1/some.one", "cannot be read"),
        ("some one", "a blank is in no username"),
        ("some-one", "'-' is in no username"),
        ("s\u043eme", "(cyrillic small letter o) is in no username"),
        ("\u212aelvin", "(kelvin sign) is in no username"),
        ("some@mail.example", "'@' is in no username"),
        ("a" * 31, "31 characters are too many"),
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
    assert ListArguments.parse({"username": " @Some.One "}).username == "some.one"
    assert ListArguments.parse({"username": "https://www.instagram.com/Some.One/?igsh=x"}).username == "some.one"
    assert ListArguments.parse({"user_id": "25025320.0"}).user_id == "25025320"
    given = ProfilesArguments.parse({"usernames": "@A, https://instagram.com/b/, C"})
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
    kind = ProfilesArguments if {"user_ids", "usernames"} & set(arguments) else ListArguments
    with pytest.raises(BadInput) as refused:
        kind.parse(arguments)
    assert str(refused.value) == line


def test_text_that_is_no_utf_8_is_refused_in_every_argument() -> None:
    for given in ({"username": "a\udcff"}, {"crawl": "\udcff"}, {"\udcff": "1"}):
        with pytest.raises(BadInput) as refused:
            ListArguments.parse({"user_id": "1", **given})
        assert "expected text in UTF-8" in str(refused.value)
        assert str(refused.value).encode()


# Files


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_file_is_read_as_an_editor_or_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for round_ in range(150):
        wanted = []
        lines = [rng.choice(["username", '"User ID"', "Profile URL", "pk"])] if rng.random() < 0.4 else []
        for _ in range(rng.randint(1, 8)):
            if rng.random() < 0.4:
                number = str(rng.randint(1, 10**15 - 1))
                wanted.append(("user_id", number))
                lines.append(number + rng.choice(["", ".0", " ", ",", ";;"]))
            else:
                name = name_at_random(rng) + "x"
                wanted.append(("username", name))
                lines.append("@" + name if len(lines) == 0 else decorated(rng, name).replace(",", ""))
            if rng.random() < 0.3:
                lines[-1] += rng.choice([" # a comment", "\t# @other"])
            if rng.random() < 0.3:
                lines.append(rng.choice(["", "  ", "# a comment", "\t#x"]))
        text = rng.choice(["\n", "\r\n", "\r"]).join(lines) + rng.choice(["", "\r\n"])
        encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
        path = write(tmp_path / f"{round_}.txt", text.encode(encoding))
        assert read_target_file(path).targets == list(dict.fromkeys(wanted)), (seed, text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"1\nnot a name\n", "line 2: 'not a name': is neither a numeric id nor a username: a blank is in no"),
        (b"# none\n\n", "no target"),
        (b"username\n", "no target"),
        (b"\xff\xfe\x00", "is not UTF-8 or UTF-16 text"),
        ("a\nb\nM\u00fcller\n".encode("latin-1"), "line 3: is not UTF-8 or UTF-16 text"),
        (b"a\r\n\r\n2.5025320E+07\r\n", "line 3: '2.5025320E+07': a spreadsheet has shortened this id"),
        (b"a\rb\r12345678901234567.0", "line 3: '12345678901234567.0': a spreadsheet has rounded this id"),
        (b"id;name\n1;a\n", "line 1: 'id;name': 2 columns; expected one target per line"),
        (b"name\ta\tb\n", "line 1: 'name\\ta\\tb': 3 columns"),
        (b"a\nhttps://www.instagram.com/p/x/\n", "line 2: 'https://www.instagram.com/p/x/': the address of a post"),
        ("some.one".encode("utf-16-le"), "line 1: "),
        (b"a\n\x1b]0;x\x07\n", "line 2: "),
        (b"a\n" + b"x" * 5000, "5000 characters are too many"),
        (b"a\nusername\nb c\n", "line 3: 'b c'"),
    ],
)
def test_a_line_that_is_no_target_is_refused_by_its_number_in_our_own_words(
    tmp_path: Path, content: bytes, why: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_target_file(write(tmp_path / "ids.txt", content))
    said = str(refused.value)
    assert why in said
    assert said.isprintable()
    assert len(said) < 400 + len(str(tmp_path))
    assert not any(word in said for word in ("pydantic", "pattern", "string should"))


def test_a_file_says_which_line_it_took_for_a_header(tmp_path: Path) -> None:
    file = read_target_file(write(tmp_path / "a.txt", b"# mine\nUser Name\n@username\n"))
    assert file.header == (2, "User Name")
    assert file.targets == [("username", "username")]


@pytest.mark.parametrize("name", ["nothing.txt", "~nosuchuser/ids.txt", "."])
def test_a_file_that_cannot_be_read_is_said_to_be(name: str) -> None:
    with pytest.raises(BadInput, match=r"file(=|: )") as refused:
        read_target_file(Path(name))
    assert "\n" not in str(refused.value)


def test_a_target_file_tells_ids_from_names(tmp_path: Path) -> None:
    path = write(tmp_path / "ids.txt", b"\xef\xbb\xbf12\r\nName.One\n@34\n12\n")
    assert read_target_file(path).targets == [("user_id", "12"), ("username", "name.one"), ("username", "34")]
