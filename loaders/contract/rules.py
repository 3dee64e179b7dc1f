"""Rules for fields, shared by all readers.

Each rule takes a field's name and value and returns the value to store, or raises
RecordRefused. Values are Python's: None, bool, int, float, str, list, dict.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from loaders.contract.limits import MAX_TEXT_BYTES
from loaders.contract.records import RecordRefused
from loaders.contract.visible import is_visible

Rule = Callable[[str, Any], Any]

# The views can sum this without overflow, and no run comes near it.
MAX_COUNT = 10**12
MAX_MINUTES = 10**9  # 1,900 years
# A year; longer times are in micro- or nanoseconds.
MAX_SECONDS = 366 * 24 * 3600
MAX_USD = 10**9
# Non-breaking blanks become a plain one; zero-width ones are removed.
_PLAIN_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " ")
_NO_WIDTH = "\u200b\u2060\ufeff"

# Moments, in seconds since 1970: from 1971 to 2200. In no two units do they overlap.
_FIRST_MOMENT, _LAST_MOMENT = 31_536_000, 7_258_118_400
_UNITS = (1, 10**3, 10**6, 10**9)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MORE_THAN_A_DAY = re.compile(r"[0-9]{9}")
_SINCE = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{0,30})?")


def text(name: str, value: Any) -> str:
    """Return text, as written."""
    if not isinstance(value, str):
        raise _wrong_type(name, value)
    return value


def named(name: str, value: Any) -> str:
    """Return a normalised name with at least one visible character."""
    found = canonical(text(name, value))
    if not is_visible(found):
        raise RecordRefused("empty_text", f"{name} is empty")
    return found


def canonical(written: str) -> str:
    """Return a normalised name, the same for all spellings that look the same.

    Letters are composed (NFC), blanks are plain, and none are around it.
    """
    if written.isascii():
        return written.strip()
    composed = unicodedata.normalize("NFC", written).translate(_PLAIN_BLANKS)
    while composed != (bare := composed.strip().strip(_NO_WIDTH)):
        composed = bare
    return composed


def identifier(name: str, value: Any) -> str:
    """Return a normalised id or key; it is neither empty nor huge."""
    found = named(name, value)
    if is_too_long(found):
        what = f"{name} has more than {MAX_TEXT_BYTES:,} bytes"
        raise RecordRefused("text_too_long", what)
    return found


def is_too_long(text: str) -> bool:
    """Return whether a text is too long for an id, a key or a position."""
    # A character has one byte to four.
    return len(text) * 4 > MAX_TEXT_BYTES < len(text.encode(errors="replace"))


_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,4})?")


def number_written(name: str, value: str) -> float:
    """Return the number that a text is, written as JSON writes it."""
    if not _NUMBER.fullmatch(value):
        raise _wrong_type(name, value)
    return number(name, float(value))


def id_text(name: str, value: Any) -> str:
    """Return an id as text; whole numbers are ids too, as they are written."""
    if isinstance(value, float):
        what = f"{name} is the number {shown(value)}; an id is text or a whole number"
        raise RecordRefused("wrong_type", what)
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_integer else identifier(name, value)


def number(name: str, value: Any) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(name, value)
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise RecordRefused("not_finite", f"{name} is {shown(value)}")
    return converted


def score(name: str, value: Any) -> float:
    """Return a score, 0 to 1."""
    converted = number(name, value)
    if not 0 <= converted <= 1:
        raise RecordRefused("score_out_of_range", f"{name} is {shown(value)}")
    return converted


def count(name: str, value: float | None) -> int | None:
    """Return a count, None for none, or raise RecordRefused."""
    if value is None:
        return None
    number(name, value)
    if value < 0:
        raise RecordRefused("count_negative", f"{name} is {shown(value)}")
    if isinstance(value, float) and not value.is_integer():
        raise RecordRefused("count_fractional", f"{name} is {shown(value)}")
    return at_most(MAX_COUNT, name, int(value))


def seconds(name: str, value: float | None) -> float | None:
    """Return a time in seconds, None for none, or raise RecordRefused."""
    if value is None:
        return None
    converted = number(name, value)
    if converted < 0:
        raise RecordRefused("seconds_negative", f"{name} is {shown(value)}")
    return at_most(MAX_SECONDS, name, converted)


def iso_datetime(value: str) -> datetime:
    """Return the time that ISO 8601 gives. Raises ValueError for any other text."""
    # Python takes any character between day and time: milliseconds since 1970, such as
    # 1734123131112, would be eight digits of a day, a 3, and 11:12.
    if _MORE_THAN_A_DAY.match(value):
        raise ValueError
    return datetime.fromisoformat(value)


def iso_time(value: str) -> str:
    """Return ISO 8601 as written, or in its usual form, which SQL reads.

    Raises ValueError for any other text.
    """
    found = iso_datetime(value)
    return value if _ISO.fullmatch(value) else found.isoformat()


def moment(name: str, value: Any) -> str:
    """Return a time in ISO 8601: text as written, a number in the only unit that fits.

    Seconds, milli-, micro- or nanoseconds since 1970: only one of them gives a time
    from 1971 to 2200.
    """
    if isinstance(value, str):
        try:
            return iso_time(value)
        except ValueError:
            if not _SINCE.fullmatch(value.strip()):
                what = f"{name} is {shown(value)}"
                raise RecordRefused("not_a_time", what) from None
        since = Fraction(value.strip())
    else:
        since = Fraction(number(name, value))
    for unit in _UNITS:
        if _FIRST_MOMENT <= since / unit < _LAST_MOMENT:
            time = _EPOCH + timedelta(microseconds=round(since * 10**6 / unit))
            return time.isoformat()
    what = f"{name} is {shown(value)}, in no unit a time from 1971 to 2200"
    raise RecordRefused("not_a_time", what)


def cost(name: str, value: Any) -> float:
    """Return a cost in US dollars, not below 0."""
    converted = number(name, value)
    if converted < 0:
        raise RecordRefused("cost_negative", f"{name} is {shown(value)}")
    return at_most(MAX_USD, name, converted)


def at_most(limit: int, name: str, value: float) -> int | float:
    """Return a number whose size is at most `limit`."""
    if abs(value) > limit:
        raise RecordRefused("value_too_large", f"{name} is {shown(value)}")
    return value


def is_deeper(value: Any, depth: int) -> bool:
    """Return whether lists and objects nest more than `depth` levels."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return depth == 0 or any(is_deeper(item, depth - 1) for item in value)


def is_finite(value: Any) -> bool:
    """Return whether all numbers in a value are finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return True
    return all(map(is_finite, value))


def made_finite(value: Any) -> Any:
    """Return a value with null for each number in it that is not finite."""
    if isinstance(value, dict):
        return {name: made_finite(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [made_finite(inside) for inside in value]
    return value if is_finite(value) else None


def duplicate_field(names: Iterable[str]) -> RecordRefused:
    """Return the refusal of a record in which one of `names` is duplicated."""
    twice = next(name for name, count in Counter(names).items() if count > 1)
    return RecordRefused("duplicate_field", f"{shown(twice)} is duplicated")


def shown(value: Any) -> str:
    """Return a value as a message shows it: one line, at most 60 characters."""
    whole = repr(value)
    return whole if len(whole) <= 60 else f"{whole[:59]}…"


def _wrong_type(name: str, value: Any) -> RecordRefused:
    kind = {str: "the text", bool: "the boolean", list: "a list", dict: "a mapping"}
    word = kind.get(type(value), "the number")
    tail = "" if isinstance(value, list | dict) else f" {shown(value)}"
    return RecordRefused("wrong_type", f"{name} is {word}{tail}")
