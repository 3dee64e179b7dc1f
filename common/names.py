"""Names from files, made safe to print."""

import argparse
import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

# Two names below this similarity have little in common.
LIKE = 0.6


def printable(text: str) -> str:
    """Return a text with its control and direction marks as escapes.

    A name with an invisible mark can look like another name, or reverse the text around
    it.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape").decode()
        for character in text
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most similar to `name`."""
    return by_likeness(name, known)[0]


def by_likeness(name: str, known: Iterable[str]) -> list[str]:
    """Return known names, the most similar to `name` first."""
    return sorted(known, key=lambda each: likeness(name, each), reverse=True)


def likely(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that `name` may stand for, the likeliest first."""
    return [each for each in by_likeness(name, known) if likeness(name, each) >= LIKE]


def likeness(name: str, known: str) -> float:
    """Return the similarity of two names, from 0 to 3, by their letters and digits
    only.

    Part of a long name is similar to it, however long the rest is, and so is a name
    with the same words, or longer ones, in another order.
    """
    our_words, their_words = words(name), words(known)
    ours, theirs = "".join(our_words), "".join(their_words)
    if not ours or not theirs:
        return float(name in known)
    common = sum(
        word in their_words
        or (word.isalpha() and any(other.startswith(word) for other in their_words))
        for word in our_words
    ) / len(our_words)
    return (ours in theirs) + common + SequenceMatcher(None, ours, theirs).ratio()


def words(name: str) -> list[str]:
    """Return the words and numbers of a name, in lower case."""
    return re.findall(r"[^\W\d_]+|\d+", name.lower())


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return an argparse type that takes one of the known names and suggests the
    nearest.
    """
    names = list(known)

    def taken(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(
                f"{text}: did you mean {nearest(text, names)}? "
                f"There are: {', '.join(names)}"
            )
        return text

    return taken
