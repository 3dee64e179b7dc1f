"""Names from files, as a person may safely see them."""


def printable(text: str) -> str:
    """Return a text with its control and direction marks as escapes.

    A name with a mark that nobody sees can pass for another, and can turn the
    line around it.
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape").decode()
        for character in text
    )
