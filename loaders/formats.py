"""The formats that the loaders know, and how a file's content tells which it is."""

import codecs
from types import ModuleType

from loaders import hal, metr_jsonl, metr_yaml
from loaders.records import file_refused

# A format is a module with NAME, VERSION (raised when its rows change), TABLES,
# fits(head) and read(stream). The first that fits wins.
FORMATS: dict[str, ModuleType] = {
    module.NAME: module for module in (hal, metr_jsonl, metr_yaml)
}
# The beginning of a file that `recognise` looks at, in bytes.
HEAD_BYTES = 1_000_000

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def version_of(format_: ModuleType) -> str:
    """Return what is on record of the reader of a file."""
    return f"{format_.NAME} {format_.VERSION}"


def recognise(head: bytes) -> ModuleType:
    """Return the format of a file that begins with `head`.

    Damaged content is recognised too, so that its reader can say what is wrong with
    it. Raises FileRefused when no format fits.
    """
    text = _readable(head)
    if all(line.strip()[:1] in ("", "#") for line in text.splitlines()):
        raise file_refused("empty_file", "the file holds nothing but comments")
    for module in FORMATS.values():
        if module.fits(text):
            return module
    names = ", ".join(FORMATS)
    raise file_refused("unknown_format", f"the content is none of {names}")


def _readable(head: bytes) -> str:
    """Return text to look for names in, whatever the encoding."""
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8-sig"
    return head.decode(encoding, errors="replace").replace("\0", "")
