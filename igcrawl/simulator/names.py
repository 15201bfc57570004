"""Names in every script, and usernames that give their id back.

Full names are drawn from pools already written as JSON text, because a page of 200 users must cost microseconds each.
A username ends in `_` and its id in base 36, so that looking one up needs no table.
"""

import json

_GIVEN = (
    "Mia", "Noah", "Zoë", "José", "Søren", "Łukasz", "Çağla", "Đặng", "Ngọc Ánh", "Анна", "Дмитро", "Ольга", "Ελένη",
    "Γιώργος", "Արամ", "ნინო", "دانيال", "فاطمة", "مریم", "שרה", "अर्जुन", "प्रिया", "সুমন", "ਗੁਰਪ੍ਰੀਤ", "காவ்யா", "సాయి",
    "ไอริน", "ស្រី", "မြတ်", "ሰላም", "さくら", "ハルト", "美咲", "小明", "志明", "민준", "서연", "𝓛𝓾𝓷𝓪", "x_X",
    "D'Arcy", 'Al "Bo"', "back\\slash",
)  # fmt: skip
_FAMILY = (
    "Andersson", "Okafor", "García", "Müller", "O’Neill", "Nguyễn", "da Silva", "Kowalski", "Иванова", "Шевченко",
    "Παπαδόπουλος", "Հակոբյան", "ბერიძე", "الحسن", "رضایی", "כהן", "शर्मा", "দাস", "ਸਿੰਘ", "குமார்", "రెడ్డి", "ศรีสุข", "သန်း",
    "ተስፋዬ", "山田", "鈴木", "王", "陳", "김", "이", "van der Berg-Smith", "",
)  # fmt: skip
_TAIL = ("", "", "", "", "", " ❤️", " 🌍✨", " 👩🏽‍🚀", " 🏳️‍🌈", " 🇧🇷", " \u200f", " | фото", " · 写真家", " 🙌🏿")
_LATIN_GIVEN = ("mia", "noah", "lena", "jose", "anna", "dmitri", "sakura", "minjun", "fatima", "arjun", "zoe", "luca")
_LATIN_FAMILY = ("berg", "okafor", "garcia", "suzuki", "kim", "ivanova", "silva", "haddad", "sharma", "chen", "kaya")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


_GIVEN_JSON = tuple(map(_escaped, _GIVEN))
_FAMILY_JSON = tuple(map(_escaped, _FAMILY))
_TAIL_JSON = tuple(map(_escaped, _TAIL))


def full_name_json(number: int) -> str:
    """Return the full name that belongs to a hash, as quoted JSON; one in sixteen left it empty."""
    if number % 16 == 0:
        return '""'
    given = _GIVEN_JSON[number // 16 % len(_GIVEN_JSON)]
    family = _FAMILY_JSON[number // 1024 % len(_FAMILY_JSON)]
    return f'"{given} {family}{_TAIL_JSON[number // 65536 % len(_TAIL_JSON)]}"'


def username_of(user_id: int) -> str:
    """Return the username of an ordinary account: at most 30 characters, as Instagram allows."""
    given = _LATIN_GIVEN[user_id % len(_LATIN_GIVEN)]
    family = _LATIN_FAMILY[user_id // 12 % len(_LATIN_FAMILY)]
    return f"{given}.{family}_{_base36(user_id)}"


def id_in_username(username: str) -> int | None:
    """Return the id an ordinary username was made from, or None for any other name."""
    tail = username.rpartition("_")[2]
    if not tail or len(tail) > 12 or not set(tail) <= set(_DIGITS):
        return None
    user_id = int(tail, 36)
    return user_id if username_of(user_id) == username else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, pair = divmod(number, 36 * 36)
        digits = _PAIRS[pair] + digits
    return digits.lstrip("0")
