"""The formats that the loaders know, and how a file's content tells which it is."""

import codecs
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from loaders.contract.columns import RawTable
from loaders.contract.records import file_refused
from loaders.hal import tables as hal
from loaders.harbor import tables as harbor
from loaders.inspect import tables as inspect
from loaders.metr import tables as metr
from loaders.terminal_bench import tables as terminal_bench


@dataclass(frozen=True, slots=True)
class Format:
    """A format, as the writing process knows it."""

    name: str
    # Raised when its rows change, so that files are read again.
    version: int
    tables: tuple[RawTable, ...]
    module: str
    # Whether its read() takes the password of --password.
    takes_password: bool = False

    @property
    def reader(self) -> ModuleType:
        """The module with fits(head) and read(source), imported when it is needed."""
        return import_module(self.module)

    @property
    def source(self) -> str:
        """The folder of loaders/ that reads it, and of models/staging/."""
        return self.module.split(".")[1]

    @property
    def loader_version(self) -> str:
        """What is on record of the reader of a file."""
        return f"{self.name} {self.version}"


# The first that fits wins.
FORMATS = {
    format_.name: format_
    for format_ in (
        Format("inspect", 2, inspect.TABLES, "loaders.inspect.reader"),
        # What an agent was told may look like anything, a HAL trace's config too.
        Format("harbor", 1, harbor.TABLES, "loaders.harbor.job"),
        Format("hal", 3, hal.TABLES, "loaders.hal.trace", takes_password=True),
        Format(
            "terminal-bench", 2, terminal_bench.TABLES, "loaders.terminal_bench.run"
        ),
        Format(
            "metr-jsonl",
            3,
            (metr.METR_HORIZON_RUNS, metr.METR_NOTES),
            "loaders.metr.jsonl",
        ),
        Format("metr-yaml", 2, (metr.METR_RUNS, metr.METR_NOTES), "loaders.metr.yaml"),
    )
}
# The beginning of a file that `recognise` looks at, in bytes.
HEAD_BYTES = 1_000_000

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def recognise(head: bytes) -> Format:
    """Return the format of a file that begins with `head`.

    Damaged content is recognised too, so that its reader can say what is wrong with
    it. Raises FileRefused when no format fits.
    """
    text = _readable(head)
    if not head:
        raise file_refused("empty_file", "the file is empty")
    if all(line.strip()[:1] in ("", "#") for line in text.splitlines()):
        raise file_refused("empty_file", "the file holds nothing but comments")
    for format_ in FORMATS.values():
        if format_.reader.fits(text):
            return format_
    names = ", ".join(FORMATS)
    raise file_refused("unknown_format", f"the content is none of {names}")


def _readable(head: bytes) -> str:
    """Return text to look for names in, whatever the encoding."""
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8-sig"
    return head.decode(encoding, errors="replace").replace("\0", "")
