"""Made-up records and JSON whose contact data is known, since it was put there."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from igcrawl.items import RECORD_TYPES, CommentCheck, NewFollow, Record, WalkEnd

KINDS = [*(kind for kind in RECORD_TYPES.values() if kind is not WalkEnd), NewFollow, CommentCheck]
#: The machine may be busy.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Text that stands around contact data, and text that only looks like it.
PLAIN = (
    *(
        "",
        "hello",
        "שלום",
        "Jörg 🌍 Schäfer",
        "写真@taro.yamada",
        "@joe.doe",
        "by @joe.doe, @ann_",
        "a@b",
        "lunch @ noma.dk",
    ),
    *("https://medium.com/@name", "https://host.example/@user@mastodon.example", "https://cdn.example/logo@2x.png"),
    *("https://cdn.example/react@18.2.0/umd", "https://www.google.com/maps/@48.1,11.5,15z", "50%40 off"),
    *("2026-04-08T17:24:10+00:00", "Wed Oct 10 20:19:24 +1000 2018", "+1 234", "C++ 17", "1+1=2", "+100"),
    *("25025320", "3391854975572247874_56502266920", "QVFEX2VqYVdp+WlJd3RRd1FHR2tj/Ujg==", "AQB+12345678abcd=="),
    *(
        "https://shop.example/?q=hello+12345678",
        "https://wa.me/message/ABC",
        "Hotel: 20201010",
        '{"id": "1", "n": [1]}',
    ),
    *("https://i.example/p/C1+x/?ig_cache_key=MzM%3D%3D.2-ccb7", "+1234567890123456789", "[not json", "{}"),
)
E_MAILS = (
    *("joe@example.com", "joe.doe+tag@mail.example.co.uk", "j-d_1@sub.example.museum", "jörg@müller.example"),
    *("mailto:joe@example.com", "joe＠example.com", "mailto%3Ajoe%40example.com", "joe%2Btag%40example.com"),
    *("JOE@EXAMPLE.COM", "joe\\u0040example.com"),
)
PHONES = (
    *(
        "+49 170 1234567",
        "+4917012345678",
        "+1 (555) 123-4567",
        "+44.20.7946.0958",
        "＋49 170 1234567",
        "+971 50 123 4567",
    ),
    *("tel:+49-30-123456", "tel:0301234567", "TEL: 030/1234567", "tel%3A%2B4930123456", "sms:+4917012345678"),
    *("https://wa.me/4917012345678", "wa.me/4917012345678", "https%3A%2F%2Fwa.me%2F4917012345678"),
    "phone=4917012345678",
)
BETWEEN = (" ", "\n", " · ", "(", ")", ", ", " | ", "📧", "：", "に")
KEYS = (
    "pk",
    "id",
    "username",
    "text",
    "megaphone",
    "iphone_model",
    "microphone",
    "female",
    "count",
    "is_private",
    "url",
)
CONTACT_KEYS = (
    *(
        "email",
        "public_email",
        "e_mail",
        "businessEmail",
        "email_address",
        "phone",
        "phone_number",
        "publicPhoneNumber",
    ),
    *("public_phone_number", "contact_phone_number", "business_phone_number", "whatsapp_number", "mobile_number"),
    *(
        "public_phone_country_code",
        "obfuscated_email",
        "telephone",
        "contact_number",
        "joe@example.com",
        "+49 170 1234567",
    ),
)
#: What stands in JSON beside text.
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A text with contact data at random places, and what must be left of it."""
    given, left = [], []
    for _ in range(draw(st.integers(0, 4))):
        hidden = draw(st.sampled_from([None, *E_MAILS, *PHONES]))
        plain = draw(st.sampled_from(PLAIN)) if hidden is None else hidden
        given.append(plain)
        left.append(plain if hidden is None else "[e-mail]" if hidden in E_MAILS else "[phone]")
    # A number behind a phone number and a mere space would be a part of it.
    gap = draw(st.sampled_from(["\n", " · ", " | ", " 🌍 "]))
    return gap.join(given), gap.join(left)


def _objects(values: st.SearchStrategy[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
    entries = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
    held = values.map(lambda pair: pair[0]) | st.booleans()
    hidden = st.dictionaries(st.sampled_from(CONTACT_KEYS), held, max_size=2)

    def join(pair: tuple[dict[str, tuple[Any, Any]], dict[str, Any]]) -> tuple[Any, Any]:
        shown, gone = pair
        given = {**gone, **{key: value for key, (value, _) in shown.items()}}
        left = {key: value for key, value in gone.items() if isinstance(value, bool)}
        return given, {**left, **{key: value for key, (_, value) in shown.items()}}

    return st.tuples(entries, hidden).map(join)


def payloads() -> st.SearchStrategy[tuple[Any, Any]]:
    """JSON with contact data at random places, and what must be left of it."""
    leaves = st.one_of(LEAVES.map(lambda value: (value, value)), texts())

    def deeper(values: st.SearchStrategy[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
        lists = st.lists(values, max_size=4).map(
            lambda pairs: ([given for given, _ in pairs], [left for _, left in pairs])
        )
        return st.one_of(_objects(values), lists)

    return st.recursive(leaves, deeper, max_leaves=20)


def record_of(kind: type[Record], **given: Any) -> Any:
    """A record with a value in each of its fields."""
    hints = get_type_hints(kind)
    values = {field.name: _value(field.name, hints[field.name]) for field in fields(kind)}
    return kind(**{**values, "type": kind.TYPE, **given})


def _value(name: str, hint: Any) -> Any:
    types = [each for each in get_args(hint) if each is not NoneType] if NoneType in get_args(hint) else [hint]
    kind = get_origin(types[0]) or types[0]
    samples: dict[Any, Any] = {
        str: f"some {name}",
        bool: True,
        int: 7,
        float: 1.5,
        list: [{"pk": "1"}],
        Any: {"pk": "1"},
    }
    return samples[kind]


def required(kind: type[Record]) -> set[str]:
    """The fields without a default, and those a record is recognised by."""
    return {field.name for field in fields(kind) if field.default is MISSING} | set(kind.KEY)
