"""The beginning of a table as text: the names of its columns, and its first values."""

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
# Blank lines, and the line in which Excel names the separator.
_BEFORE_HEADER = re.compile(
    r"\ufeff?(?:[ \t]*(?:\r\n|\r|\n))*"
    r'(?:"?sep=(?P<separator>[^"\r\n])"?(?:\r\n|\r|\n))?',
    re.IGNORECASE,
)


class Header(NamedTuple):
    """The header row of CSV."""

    names: list[str]
    separator: str
    # Blank lines, and the one in which Excel names the separator.
    lines_before: int


def first_names(head: str) -> list[str]:
    """Return the names of CSV's columns, or of the fields of the first JSON object."""
    text = head.lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            # A single object, however large: its nested values are skipped.
            return list(_OBJECT.decode(text))
        try:
            first, _ = json.JSONDecoder().raw_decode(text.lstrip("[ \r\n\t"))
        except (ValueError, RecursionError):
            return []
        return list(first) if isinstance(first, dict) else []
    return header_of(head).names


def records_of(head: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in complete lines, or the first one of an array."""
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
    """Return the names of the fields in the complete JSON lines."""
    found: dict[str, None] = {}
    with suppress(ValueError, RecursionError):
        for line in head.lstrip("\ufeff").split("\n"):
            if line.strip():
                found |= dict.fromkeys(_OBJECT.decode(line))
    return list(found)


def header_of(text: str) -> Header:
    """Return the header of CSV, with the separator that gives most known names."""
    before = _BEFORE_HEADER.match(text[:100_000])
    rest = text[before.end() : 100_000]
    known = {plain(name) for each in KNOWN.values() for name in each.split()}
    best, most = Header([], ",", 0), (0, 0)
    for separator in before["separator"] or ",\t;|":
        try:
            # Lines end where the csv module ends them, not at other line separators.
            lines = io.StringIO(rest, newline="")
            names = next(csv.reader(lines, delimiter=separator), [])
        except csv.Error:
            names = []
        found = (len(known.intersection(map(plain, names))), len(names))
        if found > most:
            count = len(before[0].removeprefix("\ufeff").splitlines())
            best, most = Header(names, separator, count), found
    return best


def first_after_blanks(path: str) -> str:
    """Return the first character of a file that begins with any number of blank lines."""
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            if found := piece.lstrip():
                return found[:1].decode(errors="replace")
    return ""
