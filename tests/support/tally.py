"""What the long checks tried and what went wrong, as the table of docs/reliability.md.

A Tally is a row: a fault, how often it was tried, and how often rows were lost, counted
twice or half of a change was seen, or a read failed. EVALHOUSE_SOAK_SCALE, between 0 and
1, makes all numbers of tries smaller; each row says its own number.
"""

import contextlib
import os
import platform
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SCALE = float(os.environ.get("EVALHOUSE_SOAK_SCALE", "1"))
KINDS = ("lost", "doubled", "half", "failed reads")
START = "<!-- written by make soak -->"
END = "<!-- end of soak -->"
HEAD = f"""\
| fault | tried | {" | ".join(KINDS)} | what was seen | on |
|---|---:|{"---:|" * len(KINDS)}---|---|
"""


def scaled(count: int, least: int = 2) -> int:
    """Return how often to try what is tried `count` times at full size."""
    return max(least, round(count * SCALE))


class Broken(AssertionError):
    """A state that must not be; `kind` is one of KINDS."""

    def __init__(self, kind: str, said: object = ""):
        super().__init__(f"{kind}: {said}")
        self.kind = kind


def broken_rows(found: Counter, *wholes: Counter) -> Broken:
    """Say in which way rows are those of none of `wholes`."""
    if any(all(found[row] >= n for row, n in whole.items()) for whole in wholes):
        return Broken("doubled", found)
    if any(all(whole[row] >= n for row, n in found.items()) for whole in wholes):
        return Broken("lost", found)
    return Broken("half", found)


@dataclass
class Tally:
    """How often a fault was tried, and what it did."""

    fault: str
    tried: int = 0
    broken: Counter = field(default_factory=Counter)
    seen: Counter = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one try, in which Broken may be raised."""
        self.tried += 1
        try:
            yield
        except Broken as broken:
            self.count(broken)

    def count(self, broken: Broken) -> None:
        self.broken[broken.kind] += 1
        self.said.append(str(broken))

    def end(self) -> None:
        """Print the row; fail if anything was lost, doubled, half or not read."""
        TALLIES.append(self)
        print(f"\n{self.row}")
        assert not self.said, self.said[0]

    @property
    def row(self) -> str:
        seen = ", ".join(f"{count:,} {what}" for what, count in self.seen.items())
        cells = [self.fault, f"{self.tried:,}"]
        cells += [str(self.broken[kind]) for kind in KINDS]
        cells += [seen, time.strftime("%Y-%m-%d")]
        return f"| {' | '.join(cells)} |"


TALLIES: list[Tally] = []


def written(page: str) -> str:
    """Return a page with the rows of this run; others stay, with their own date."""
    before, after = page.split(START)[0], page.split(END)[1]
    old = re.findall(r"^\| .*\|$", page[len(before) : -len(after)], re.MULTILINE)[1:]
    rows = {row.split(" | ")[0]: row for row in old}
    rows |= {f"| {tally.fault}": tally.row for tally in TALLIES}
    about = (
        f"Each row has its own number of tries and its own date. The latest rows are "
        f"from a machine with {os.cpu_count()} cores and Python "
        f"{platform.python_version()}, with other work running (load "
        f"{os.getloadavg()[2]:.0f})."
    )
    table = HEAD + "\n".join(rows.values())
    return f"{before}{START}\n\n{about}\n\n{table}\n\n{END}{after}"


def write(page: Path) -> None:
    page.write_text(written(page.read_text()))
