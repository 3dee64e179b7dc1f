"""METR's YAML in the form that METR writes, parsed by one pattern.

The pattern covers syntax only, and accepts only what cannot mean anything else: names
and plain values of letters, digits and a few signs, one field per line. The rules that
all readers share interpret the values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import RawTable
from loaders.contract.records import RecordRefused
from loaders.metr.tables import METR_RUNS
from loaders.metr.yaml_core import core_value

_BLOCK_BYTES = 1_000_000

# libyaml looks at most 1,024 characters ahead for the colon after a key.
_KEY = r"('?)(\w[\w./+@-]{0,200})"
_VALUE = r"\w[\w./+@(),=-]*"
_RUN = re.compile(
    rf"""(?:(?:{_KEY}\1:\n)?  {_KEY}\3:\n)?    {_KEY}\5:
      action_count: ({_VALUE})
      agent: ({_VALUE})
      human_minutes: ({_VALUE})
      score: ({_VALUE})
|([\s\S]+)""",
    re.ASCII,
)
_LINES_PER_RUN = 5

# Numbers, each with what it has to be, in the order of the pattern.
_NUMBERS = {
    name: METR_RUNS.column(name).rule
    for name in ("action_count", "human_minutes", "score")
}

# A file is cut between a field and the name of another run, variant or family.
_FIELD_INDENT = b"      "
_NAME_BEGINS = re.compile(rb"""\n(?: {2}| {4})?['"\w]""", re.ASCII)


class NotAPart(Exception):
    """A block may mean something else in its file than on its own."""


@dataclass(slots=True)
class Place:
    """Where in a file a block begins: in which line, family and variant."""

    line: int = 1
    family: str | None = None
    variant: str | None = None
    # All that came up to here, of the file and of the family.
    families: set[str] = field(default_factory=set)
    variants: set[str] = field(default_factory=set)

    def enter(self, family: str, variant: str) -> None:
        """Go on to a variant, of this family if the other one's name is empty."""
        if family:
            if family in self.families:
                raise NotAPart
            self.families.add(family)
            self.family, self.variants = family, set()
        if variant in self.variants or self.family is None:
            raise NotAPart
        self.variants.add(variant)
        self.variant = variant

    def reopen(self, block: bytes) -> str:
        """Return YAML that leads to a block here, and forget what it names again."""
        if self.family is None or not block.startswith(b"  "):
            return ""
        self.families.discard(self.family)
        opening = f"{_escaped(self.family)}:\n"
        if block.startswith(b"    "):
            self.variants.discard(self.variant)
            opening += f"  {_escaped(self.variant)}:\n"
        return opening


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a file in blocks that end where a run does.

    Raises NotAPart where a block has no such place.
    """
    rest = b""
    while piece := stream.read(_BLOCK_BYTES):
        block = rest + piece
        end = _last_end(block)
        rest = block[end:]
        if end:
            yield block[:end]
        elif len(piece) == _BLOCK_BYTES:
            raise NotAPart
    if rest:
        yield rest


def regular_columns(
    table: RawTable, block: bytes, place: Place
) -> ColumnBuffers | None:
    """Return the runs of a block and move `place` to its end.

    None if any part of it is not regular, or if any run breaks a rule. Raises NotAPart
    where a section is duplicated.
    """
    if not block.isascii():
        return None
    *found, rests = zip(*_RUN.findall(block.decode()), strict=True)
    if rests[-1]:
        return None
    _, families, _, variants, _, run_ids, counts, agents, minutes, scores = found
    if None in map(core_value, set(agents)):
        return None  # Any other agent is a name, even where it reads `no`.
    try:
        numbers = map(_numbers, _NUMBERS, (counts, minutes, scores))
        counts, minutes, scores = numbers
    except RecordRefused:
        return None
    columns = (
        *_sections(families, variants, place),
        *(run_ids, agents, scores, counts, minutes, [None] * len(run_ids)),
    )
    return ColumnBuffers.of(table.types.values(), columns)


def _numbers(name: str, texts: Sequence[str]) -> list[int | float]:
    """Return the numbers of a field; most of them occur many times."""
    rule = _NUMBERS[name]
    meanings = {text: rule(name, core_value(text)) for text in set(texts)}
    return [meanings[text] for text in texts]


def _sections(
    families: Sequence[str], variants: Sequence[str], place: Place
) -> tuple[list[int], list[str], list[str]]:
    """Return the runs' lines, families and variants, and move `place` behind them.

    Before a run that continues a section its name is empty.
    """
    line, lines, family_of, variant_of = place.line, [], [], []
    starts = [0, *(at for at, variant in enumerate(variants) if at and variant)]
    for start, end in pairwise([*starts, len(variants)]):
        if variants[start]:
            place.enter(families[start], variants[start])
            line += 2 if families[start] else 1
        elif place.variant is None:
            raise NotAPart
        count = end - start
        lines += range(line, line + count * _LINES_PER_RUN, _LINES_PER_RUN)
        line += count * _LINES_PER_RUN
        family_of += [place.family] * count
        variant_of += [place.variant] * count
    place.line = line
    return lines, family_of, variant_of


def _last_end(block: bytes) -> int:
    """Return where the last run but one of a block ends, 0 if it has no such place."""
    end = len(block)
    while (end := block.rfind(b"\n", 0, end)) > 0:
        last_line = block.rfind(b"\n", 0, end) + 1
        is_field = block.startswith(_FIELD_INDENT, last_line)
        if is_field and _NAME_BEGINS.match(block, end):
            return end + 1
    return 0


def _escaped(name: str) -> str:
    """Return a name in double quotes, whatever it contains."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in name) + '"'
