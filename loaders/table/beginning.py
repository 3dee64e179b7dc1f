"""What the beginning of a table in text tells: its names, and its first values."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from loaders.table.mapping import KNOWN, plain

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
# Blank lines, and Excel's first one.
_BEFORE_HEADER = re.compile(
    r"\ufeff?(?:[ \t]*(?:\r\n|\r|\n))*"
    r'(?:"?sep=(?P<separator>[^"\r\n])"?(?:\r\n|\r|\n))?',
    re.IGNORECASE,
)


class Header(NamedTuple):
    """The first row of CSV."""

    names: list[str]
    separator: str
    # Blank ones, and the one in which Excel says what separates.
    lines_before: int


def first_names(head: str) -> list[str]:
    """Return the names of the columns of CSV, or of the first JSON object's fields."""
    text = head.lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            # One object alone, however large: what is inside of it is passed over.
            return list(_OBJECT.decode(text))
        try:
            first, _ = json.JSONDecoder().raw_decode(text.lstrip("[ \r\n\t"))
        except (ValueError, RecursionError):
            return []
        return list(first) if isinstance(first, dict) else []
    return header_of(head).names


def records_of(head: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of lines, as far as these are whole; of an array the first."""
    text = head.lstrip("\ufeff \r\n\t")
    with suppress(ValueError, RecursionError):
        if text.startswith("["):
            first, _ = json.JSONDecoder().raw_decode(text.lstrip("[ \r\n\t"))
            yield first
            return
        for line in text.split("\n"):
            if line.strip():
                yield msgspec.json.decode(line, type=dict)


def names_of_lines(head: str) -> list[str]:
    """Return the names of the fields of JSON lines, as far as these are whole."""
    found: dict[str, None] = {}
    with suppress(ValueError, RecursionError):
        for line in head.lstrip("\ufeff").split("\n"):
            if line.strip():
                found |= dict.fromkeys(_OBJECT.decode(line))
    return list(found)


def header_of(text: str) -> Header:
    """Return the header of CSV: what separates its names makes the most known ones."""
    before = _BEFORE_HEADER.match(text[:100_000])
    rest = text[before.end() : 100_000]
    known = {plain(name) for each in KNOWN.values() for name in each.split()}
    best, most = Header([], ",", 0), (0, 0)
    for separator in before["separator"] or ",\t;|":
        try:
            # Lines end as csv has it, not at other characters that break a line.
            lines = io.StringIO(rest, newline="")
            names = next(csv.reader(lines, delimiter=separator), [])
        except csv.Error:
            names = []
        found = (len(known.intersection(map(plain, names))), len(names))
        if found > most:
            count = len(before[0].removeprefix("\ufeff").splitlines())
            best, most = Header(names, separator, count), found
    return best
