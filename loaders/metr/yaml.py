"""METR's action-count file: YAML, task family > variant > run id > fields.

It is read block by block. A block in the form that METR writes is parsed by a pattern
(yaml_fast.py), any other by libyaml (yaml_full.py), which defines what is right: the
pattern accepts only what both read alike.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from loaders.contract.files import data_start
from loaders.contract.records import Batch, FileRefused, batched
from loaders.contract.warnings import Warnings
from loaders.metr.tables import METR_RUNS, METR_WARNINGS
from loaders.metr.yaml_fast import NotAPart, Place, blocks, regular_columns

_ENDS_OF_VALUES = (b"\n", b"}", b"]", b"'", b'"')
_FIELD = re.compile(
    r"""(?m)(?:^|[{,])[ \t]*["']?(action_count|agent|human_minutes|score)["']?[ \t]*:"""
)


def fits(head: str) -> bool:
    """Return whether the beginning of a file has the field names of METR's YAML."""
    names = set()
    for match in _FIELD.finditer(head):
        names.add(match[1])
        if len(names) >= 2 and names != {"agent", "score"}:  # Common words.
            return True
    return False


def read(stream: BinaryIO) -> Iterator[Batch]:
    """Yield the runs of a METR YAML file.

    A record that breaks a rule is quarantined. Raises FileRefused if the structure of
    the file is in doubt.
    """
    comment_bytes = data_start(stream)
    place, warnings, stream = Place(), Warnings(METR_WARNINGS), _Watched(stream)
    try:
        yield from _by_block(stream, place, warnings)
    except (NotAPart, FileRefused):
        # Only the whole file shows what a block means, or what is wrong with it.
        stream.seek(0)
        yield from _from_line(place.line, stream, comment_bytes, warnings)
    if stream.has_byte_order_mark:
        warnings.add("byte_order_mark", 1)
    if stream.ends_openly:
        warnings.add("no_last_newline", stream.last_line)
    yield from warnings.batches(stream.byte_count)


class _Watched:
    """A file that is read from its start, with its first and last bytes."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.seek(0)

    def seek(self, offset: int) -> None:
        self._stream.seek(offset)
        self.byte_count = 0
        self.last_line = 1
        self.has_byte_order_mark = False
        # Whether the last line is not ended, nor the last value: then more of it may
        # have stood there.
        self.ends_openly = False

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if not self.byte_count:
            self.has_byte_order_mark = piece.startswith(codecs.BOM_UTF8)
        if piece:
            self.ends_openly = piece[-1:] not in _ENDS_OF_VALUES
        self.byte_count += len(piece)
        self.last_line += piece.count(b"\n")
        return piece


def _by_block(stream: _Watched, place: Place, warnings: Warnings) -> Iterator[Batch]:
    byte_offset = 0
    for block in blocks(stream):
        rows, quarantined = regular_columns(METR_RUNS, block, place), []
        if rows is None:
            # Its import takes longer than reading some thousand regular runs.
            from loaders.metr import yaml_full

            rows, quarantined = yaml_full.read_block(block, place, warnings)
        byte_offset += len(block)
        yield Batch(METR_RUNS, rows, quarantined, byte_offset)
    if not byte_offset:
        raise NotAPart


def _from_line(
    line: int, stream: _Watched, comment_bytes: int, warnings: Warnings
) -> Iterator[Batch]:
    """Yield the runs from a line on; the lines before it are read too."""
    from loaders.metr import yaml_full

    source = yaml_full.Source(stream, comment_bytes)
    records = yaml_full.records(source, warnings)
    for batch in batched(METR_RUNS, records, lambda: source.byte_count):
        batch.rows = [row for row in batch.rows if row[0] >= line]
        batch.quarantined = [each for each in batch.quarantined if each.line >= line]
        if batch.rows or batch.quarantined:
            yield batch
