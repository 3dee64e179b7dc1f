"""Names and numbers as the figures print them."""

import re
from unicodedata import category

ANY_CREDIT = "success = any credit (score > 0)"
POPULATIONS = {
    "all": "capability and safety attempts",
    "capability": "capability attempts",
}


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
    # At the last sign inside a line, if the rest then fits on the other.
    signs = [end.end() for end in re.finditer(r"[\W_]+", name) if end.end() <= width]
    place = signs[-1] if signs and len(name) - signs[-1] <= width else width
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
