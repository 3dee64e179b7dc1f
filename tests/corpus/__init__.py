"""Hostile files for every loader, and what must become of each.

    python -m tests.corpus FOLDER    write the files and manifest.json into FOLDER

Nothing here is data: each file is made from a few lines of code, so that the
repository holds neither huge files nor names that no file system takes.
"""

from collections.abc import Iterator

from . import (
    hal,
    harbor,
    inspect,
    metr_jsonl,
    metr_yaml,
    places,
    terminal_bench,
    zips,
)
from .case import SOMEWHERE, Case

__all__ = ["SOMEWHERE", "Case", "cases"]


def cases() -> Iterator[Case]:
    """Yield every hostile file, those of one loader after the other."""
    for module in (
        *(metr_yaml, metr_jsonl, hal, inspect, terminal_bench, harbor),
        *(zips, places),
    ):
        yield from module.cases()
