"""Formats names and numbers for figures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any
from unicodedata import category

ANY_CREDIT = "success = any credit (score > 0)"
POPULATIONS = {
    "all": "capability and safety attempts",
    "capability": "capability attempts",
}
RULES = {
    "any_credit": "success = any credit (score > 0)",
    "half_credit": "success = half credit (score ≥ 0.5)",
    "full_credit": "success = full credit (score ≥ 1)",
    "reported": "success as the source reports it",
    "resolved": "success = full credit, no score counts as failure",
}


def largest_benchmark(first: Mapping[str, Any]) -> str:
    """Return which benchmark a figure shows: the largest, of how many."""
    benchmarks = first["benchmark_count"]
    among = f", the largest of {count(benchmarks)}" if benchmarks > 1 else ""
    return f"benchmark {clean(first['benchmark'])}{among} · "


def room(characters: int, width: float, usual: float) -> int:
    """Return the maximum length of a name if `characters` fit at the usual width."""
    return max(12, int(characters * width / usual))


def some(shown: int, existing: int, noun: str, which: str) -> str:
    """Return how many of a kind a figure shows, which, and how many it leaves out."""
    if shown == existing:
        return counted(shown, noun)
    return (
        f"{count(shown)} of {count(existing)} {noun}s, {which} "
        f"({count(existing - shown)} not shown)"
    )


def shown_models(
    shown: int, existing: int, which: str = "the best and those with the most attempts"
) -> str:
    """Return how many models a figure shows, and how many not."""
    return some(shown, existing, "model", which)


def clean(name: str) -> str:
    """Return `name` as one line that every backend can draw.

    Line breaks and control characters become spaces; characters without a
    shape of their own, such as marks of writing direction, are left out.
    """
    drawable = (
        " " if category(character) in {"Cc", "Zl", "Zp"} else character
        for character in name
        if category(character) not in {"Cf", "Cn", "Co", "Cs"}
    )
    return " ".join("".join(drawable).split())


def shorten(name: str, width: int = 32) -> str:
    """Return the cleaned name, its middle cut where it exceeds `width`."""
    name = clean(name)
    if len(name) <= width:
        return name
    head = (width - 1) // 2
    return name[:head] + "…" + name[head + 1 - width :]


def shorten_apart(names: Iterable[str], width: int = 32) -> dict[str, str]:
    """Return each name shortened; names that would look alike keep their differences."""
    shortened = {name: shorten(name, width) for name in names}
    alike: dict[str, list[str]] = {}
    for name, short in shortened.items():
        alike.setdefault(short, []).append(name)
    for group in alike.values():
        if len({clean(name) for name in group}) > 1:
            shortened |= keep_difference(group, width)
    return shortened


def shared_length(names: Iterable[str]) -> int:
    """Return the length of the common prefix of all names."""
    columns = zip(*names, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def keep_difference(names: Sequence[str], width: int) -> dict[str, str]:
    """Return the names with their common beginning and end cut to fit."""
    cleaned = {name: clean(name) for name in names}
    start = shared_length(cleaned.values())
    end = shared_length(name[start:][::-1] for name in cleaned.values())
    result = {}
    for name, text in cleaned.items():
        middle = shorten(text[start : len(text) - end], width // 2)
        room = width - len(middle) - 2
        head, tail = text[:start], text[len(text) - end :]
        tail_room = min(len(tail), max(room // 2, room - len(head)))
        head_room = min(len(head), room - tail_room)
        result[name] = (
            head[:head_room]
            + ("…" if head_room < len(head) else "")
            + middle
            + ("…" if tail_room < len(tail) else "")
            + tail[len(tail) - tail_room :]
        )
    return result


def wrap(name: str, width: int, lines: int = 3) -> str:
    """Return the name broken where its parts meet, cut to about `lines` lines."""
    parts = re.findall(
        rf"[^\W_]{{1,{width}}}[\W_]?|[\W_]", shorten(name, width * lines)
    )
    wrapped = [""]
    for part in parts:
        if len(wrapped[-1] + part) > width and wrapped[-1]:
            wrapped.append("")
        wrapped[-1] += part
    return "\n".join(wrapped)


def two_lines(name: str, width: int = 40) -> str:
    """Return the cleaned name on two lines at most, its middle cut if need be."""
    name = shorten(name, 2 * width)
    if len(name) <= width:
        return name
    # After the last separator of a line, if the rest then fits on the other.
    ends = [found.end() for found in re.finditer(r"[\W_]+", name)]
    place = max((end for end in ends if end <= width), default=0)
    if len(name) - place > width:
        place = width
    return f"{name[:place]}\n{name[place:]}"


def count(number: float) -> str:
    """Return a count with thousands separated: `11,639`."""
    return f"{number:,.0f}"


def counted(number: float, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def share(fraction: float) -> str:
    """Return a share as a percentage: `40.2 %`."""
    return f"{fraction:.1%}".replace("%", " %")


def duration(minutes: float) -> str:
    """Return a time a human needs with its unit: `48 min`, `1.6 h`."""
    if minutes < 1 / 60:
        return "< 1 s"
    if minutes > 60_000:
        return "> 1,000 h"
    unit, size = next(
        (unit, size)
        for unit, size in (("h", 60), ("min", 1), ("s", 1 / 60))
        if minutes >= size
    )
    number = minutes / size
    return f"{number:.1f} {unit}" if number < 9.95 else f"{number:,.0f} {unit}"


def amount(number: float) -> str:
    """Return dollars or seconds with about three digits: `1,858`, `12.5`, `0.12`."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    if abs(number) >= 0.01 or number == 0:
        return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
    return f"{number:.1g}"


def signed(number: float, digits: int = 1) -> str:
    """Return a number with its sign, a true minus sign: `−0.5`; zero has none."""
    text = f"{number:+.{digits}f}".replace("-", "−")
    return text if any(digit in "123456789" for digit in text) else text[1:]
