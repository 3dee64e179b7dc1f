"""The formats that the loaders know, and how a file's format is recognised."""

import codecs
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from loaders.contract import foreign
from loaders.contract.columns import RawTable
from loaders.contract.files import OpenFile
from loaders.contract.records import FileRefused, file_refused
from loaders.contract.unpacked import Unpacked
from loaders.hal import tables as hal
from loaders.harbor import tables as harbor
from loaders.inspect import tables as inspect
from loaders.metr import tables as metr
from loaders.table import tables as table
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
    # Whether its read() takes the path and the options of tables.
    takes_table_options: bool = False
    # Whether its read() unpacks gzip and zstd itself.
    reads_packed: bool = False

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
        """The reader and its version, as the warehouse records them for a file."""
        return f"{self.name} {self.version}"


# The first one that fits wins.
FORMATS = {
    format_.name: format_
    for format_ in (
        Format(
            "metr-jsonl",
            6,
            (metr.METR_HORIZON_RUNS, metr.METR_WARNINGS),
            "loaders.metr.jsonl",
        ),
        # By its columns, which no other JSON format has.
        Format(
            "table",
            12,
            table.TABLES,
            "loaders.table.reader",
            takes_table_options=True,
            reads_packed=True,
        ),
        Format("inspect", 10, inspect.TABLES, "loaders.inspect.reader"),
        Format("harbor", 10, harbor.TABLES, "loaders.harbor.job"),
        Format("hal", 9, hal.TABLES, "loaders.hal.trace", takes_password=True),
        Format(
            "terminal-bench", 9, terminal_bench.TABLES, "loaders.terminal_bench.run"
        ),
        # Last, because JSON is YAML too.
        Format(
            "metr-yaml", 4, (metr.METR_RUNS, metr.METR_WARNINGS), "loaders.metr.yaml"
        ),
    )
}
# The beginning of a file that `recognise` looks at, in bytes.
HEAD_BYTES = 1_000_000

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def recognise(head: bytes, source: OpenFile | Unpacked | None = None) -> Format:
    """Return the format of a file that begins with `head`.

    Damaged content is recognised too, so that its reader can say what is wrong with it.
    If the beginning is not enough, all of `source` is searched. Raises FileRefused when
    no format fits.
    """
    text = _readable(head)
    if not head:
        raise file_refused("empty_file", "the file is empty")
    foreign.refuse_packed(head)
    if FORMATS["table"].reader.holds_tables_alone(head):
        return FORMATS["table"]
    has_more = source is not None and len(head) >= HEAD_BYTES
    if all(line.strip()[:1] in ("", "#") for line in text.splitlines()):
        what = "the file contains only comments"
        raise file_refused("empty_file", what)
    for format_ in FORMATS.values():
        if format_.reader.fits(text):
            return format_
    if has_more and (format_ := _recognised_further(text, source)):
        return format_
    names = ", ".join(FORMATS)
    if head.startswith(b"PK\3\4"):
        raise _zip_refused(head if source is None else source.map(), names)
    what = f"the first {HEAD_BYTES:,} bytes are" if has_more else "the content is"
    refused = foreign.refusal(head, f"{what} none of {names}")
    if has_more and refused.reason_code == "unknown_format" and not refused.is_data:
        refused.is_data = foreign.is_data(text, _pieces(source))
    raise refused


def _recognised_further(text: str, source: OpenFile | Unpacked) -> Format | None:
    """Return the format that something after the beginning shows.

    A trace's names may come after its log; the list of a zip's members is at its end.
    """
    is_zip = text.startswith("PK")
    if not (is_zip or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")):
        return None
    # A trace may have parts that look like those of the last ones.
    further = (("harbor", "hal"), ("inspect", "terminal-bench"))
    for formats in (("hal",),) if is_zip else further:
        before = b""
        for piece in _pieces(source):
            beginning = "PK\3\4" if is_zip else "{"
            window = beginning + (before + piece).decode(errors="replace")
            for name in formats:
                if FORMATS[name].reader.fits_further(window):
                    return FORMATS[name]
            before = piece
    return None


def _pieces(source: OpenFile | Unpacked) -> Iterator[bytes]:
    source.seek(0)
    while piece := source.read(HEAD_BYTES):
        yield piece
    source.seek(0)


def _zip_refused(data: bytes, names: str) -> FileRefused:
    try:
        with zipfile.ZipFile(
            io.BytesIO(data) if type(data) is bytes else data
        ) as found:
            infos = found.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return foreign.zip_refusal([], names)
    members = [(info.filename, bool(info.flag_bits & 1)) for info in infos]
    return foreign.zip_refusal(members, names)


def _readable(head: bytes) -> str:
    """Return text to look for names in, whatever the encoding."""
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8-sig"
    return head.decode(encoding, errors="replace").replace("\0", "")
