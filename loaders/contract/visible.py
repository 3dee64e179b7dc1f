"""Whether any character of a text is visible."""

import unicodedata
from collections.abc import Iterable

# Controls, marks of direction and width, separators, halves of pairs; and accents,
# which need a letter.
UNSEEN = ("Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs")
# Letters and signs without ink: Hangul fillers, the empty Braille cell,
# a note without a head, and what Unicode reserves for more of them.
BLANK_RANGES = (
    *((0x115F, 0x1160), (0x2065, 0x2065), (0x2800, 0x2800), (0x3164, 0x3164)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1D159, 0x1D159), (0xE0000, 0xE0FFF)),
)
_BLANK = frozenset(
    chr(code) for first, last in BLANK_RANGES for code in range(first, last + 1)
)
_CATEGORIES = frozenset(UNSEEN)


def is_visible(text: str) -> bool:
    """Return whether a text has a visible character."""
    if text.isascii():
        return not text.isspace() and any(map(str.isprintable, text.strip()))
    return any(
        character not in _BLANK and unicodedata.category(character) not in _CATEGORIES
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
