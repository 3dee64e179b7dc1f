"""dbt's sources of the raw tables, from their declarations: `python -m
loaders.declared`.

Writes models/staging/<source>/_<source>__sources.yml for each folder of loaders/ that
declares tables; those of the warehouse itself belong to the source `loads`.
"""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path

from loaders.contract.columns import FILE_ID, RawTable
from loaders.formats import FORMATS
from loaders.warehouse.tables import TABLES

_STAGING = Path(__file__).resolve().parents[1] / "models" / "staging"
_HEADER = """\
# Written by `python -m loaders.declared`; change {origin} instead.
sources:
  - name: raw
    schema: raw
    description: What the loaders wrote; only `python -m loaders` changes it.
    tables:
"""


def pages() -> dict[Path, str]:
    """Return the content of each sources file, by its path."""
    tables = {"loads": list(TABLES)}
    for format_ in FORMATS.values():
        known = tables.setdefault(format_.source, [])
        known += [table for table in format_.tables if table not in known]
    return {
        _STAGING / source / f"_{source}__sources.yml": _page(source, declared)
        for source, declared in tables.items()
    }


def _page(source: str, tables: list[RawTable]) -> str:
    room = "warehouse" if source == "loads" else source
    lines = [_HEADER.format(origin=f"loaders/{room}/tables.py")]
    for table in tables:
        lines += _table(table)
    return "".join(lines)


def _table(table: RawTable) -> Iterator[str]:
    columns = (FILE_ID, *table.columns)
    yield f"      - name: {table.name.removeprefix('raw.')}\n"
    yield _folded("description", table.comment, 8)
    yield "        data_tests: [rules]\n"
    yield "        columns:\n"
    for column in columns:
        yield f"          - name: {column.name}\n"
        yield f"            data_type: {column.type}\n"
        yield _folded("description", column.description, 12)


def _folded(key: str, text: str, indent: int) -> str:
    """Return a text as a folded YAML scalar, which needs no quotes."""
    margin = " " * (indent + 2)
    lines = textwrap.wrap(
        text, 88 - len(margin), break_long_words=False, break_on_hyphens=False
    )
    return " " * indent + f"{key}: >\n" + "".join(f"{margin}{line}\n" for line in lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m loaders.declared",
        description="Write models/staging/*/_*__sources.yml from the declarations of "
        "the raw tables.",
        epilog="example: python -m loaders.declared && git diff models/staging",
    )
    parser.parse_args(arguments)
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
