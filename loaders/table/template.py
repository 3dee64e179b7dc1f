"""An example of a table of attempts: `python -m loaders template > runs.csv`."""

import argparse
import csv
import io
import json
import sys
import tempfile
from pathlib import Path

_ROWS = (
    ("find-the-flag", "react", "gpt-4o", 1, 1, "", 12, 45, 61.5, 18_200, 940, 0.21),
    ("find-the-flag", "react", "gpt-4o", 2, 0, "", 30, 45, 98.25, 41_000, 2_100, 0.47),
    ("sort-a-list", "react", "gpt-4o", 1, 0.5, "", 7, 4, 20.5, 6_100, 310, 0.07),
    (
        "sort-a-list",
        "react",
        "gpt-4o",
        2,
        None,
        "timeout",
        None,
        4,
        600,
        None,
        None,
        None,
    ),
    ("find-the-flag", "plan", "o3", 1, 1, "", 9, 45, 120, 22_000, 5_050, 0.39),
    ("sort-a-list", "plan", "o3", 1, 1, "", 3, 4, 14.75, 2_900, 800, 0.05),
)
_NAMES = (
    "task_id",
    "agent",
    "model",
    "attempt",
    "score",
    "error",
    "action_count",
    "human_minutes",
    "latency_seconds",
    "input_tokens",
    "output_tokens",
    "cost_usd",
)
_TEMPERATURES = {"react": 0.7, "plan": 1.0}


def rows() -> list[dict[str, object]]:
    """Return the example's rows; `temperature` is a column of the table's own."""
    return [
        dict(zip(_NAMES, row, strict=True)) | {"temperature": _TEMPERATURES[row[1]]}
        for row in _ROWS
    ]


def written(form: str) -> bytes:
    """Return the example in a format."""
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows()).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows()[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows())
    content = text.getvalue().encode()
    return content if form == "csv" else _as_parquet(content)


def _as_parquet(content: bytes) -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder, "runs")
        path.write_bytes(content)
        found = connection.read_csv(str(path))
        found.write_parquet(f"{path}.parquet")
        return Path(f"{path}.parquet").read_bytes()


def main(arguments: list[str]) -> int:
    """Write the example to stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m loaders template",
        description="Write an example of a table of attempts; send it to a file with >.",
        epilog="example: python -m loaders template > my_runs.csv",
    )
    parser.add_argument(
        "--format",
        choices=("csv", "parquet", "jsonl"),
        default="csv",
        dest="form",
        help="of the file (default: csv)",
    )
    form = parser.parse_args(arguments).form
    if form == "parquet" and sys.stdout.isatty():
        parser.error("a terminal cannot show Parquet: send it to a file with >")
    sys.stdout.buffer.write(written(form))
    return 0
