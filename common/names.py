"""Names from files, as a person may safely see them."""

import argparse
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher


def printable(text: str) -> str:
    """Return a text with its control and direction marks as escapes.

    A name with a mark that cannot be seen can pass for another, and can turn the
    line around it.
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape").decode()
        for character in text
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like `name`."""
    return by_likeness(name, known)[0]


def by_likeness(name: str, known: Iterable[str]) -> list[str]:
    """Return known names, those first that are most like `name`."""

    def likeness(each: str) -> tuple[bool, float]:
        ours, theirs = name.lower(), each.lower()
        # Part of a long name is like it, however long the rest is.
        return ours in theirs, SequenceMatcher(None, ours, theirs).ratio()

    return sorted(known, key=likeness, reverse=True)


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return what takes one of the known names for argparse, or says the nearest."""
    names = list(known)

    def taken(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(
                f"{text}: did you mean {nearest(text, names)}? "
                f"There are: {', '.join(names)}"
            )
        return text

    return taken
