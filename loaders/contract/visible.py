"""Whether any character of a text is visible."""

import unicodedata
from collections.abc import Iterable

# Controls, marks of direction and width, separators, halves of pairs; and accents,
# which need a letter.
_UNSEEN = {"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"}
# Letters and signs without ink: Hangul fillers, the empty Braille cell,
# a note without a head, and what Unicode reserves for more of them.
_BLANK = frozenset("\u115f\u1160\u2065\u2800\u3164\uffa0\U0001d159") | frozenset(
    map(chr, (*range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)))
)


def is_visible(text: str) -> bool:
    """Return whether a text has a visible character."""
    if text.isascii():
        return not text.isspace() and any(map(str.isprintable, text.strip()))
    return any(
        character not in _BLANK and unicodedata.category(character) not in _UNSEEN
        for character in text
    )


def are_visible(texts: Iterable[str]) -> bool:
    """Return whether every text is visible; nearly all are plain, so it is fast."""
    texts = list(texts)
    is_plain = (
        all(map(str.isascii, texts))
        and all(map(str.isprintable, texts))
        and all(map(str.strip, texts))
    )
    return is_plain or all(map(is_visible, texts))
