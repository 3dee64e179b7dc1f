"""What a load prints: progress, and the result of each file."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from common.names import printable
from loaders.contract.files import InputFile
from loaders.contract.records import Batch, LoadResult
from loaders.table import preview

_SHOWN_REASONS = 5


def say(text: str) -> None:
    """Print a line that is not a result."""
    # A full disk behind stderr does not stop the load.
    with suppress(OSError):
        print(printable(text), file=sys.stderr)


def with_table_shown(
    batches: Iterable[Batch], found: InputFile, *, is_dry_run: bool
) -> Iterator[Batch]:
    """Yield the batches; print how a table's columns are read.

    A dry run also shows its first attempts.
    """
    shown_count = 0
    for batch in batches:
        for line in preview.lines(batch, shown_count if is_dry_run else None):
            say(f"{found.path}: {line.strip()}")
        if batch.table.name == "raw.table_attempts":
            shown_count += len(batch.rows)
        yield batch


def with_progress(
    batches: Iterable[Batch], found: InputFile, size_bytes: int
) -> Iterator[Batch]:
    """Yield the batches and show bytes and rows per second on a terminal."""
    if not sys.stderr.isatty():
        if found.is_named:
            say(f"{found.path}: reading {size_bytes:,} bytes")
        yield from batches
        return
    from tqdm import tqdm

    started, row_count = time.monotonic(), 0
    with tqdm(
        total=size_bytes,
        unit="B",
        unit_scale=True,
        desc=printable(found.path),
        leave=False,
    ) as bar:
        for batch in batches:
            row_count += len(batch.rows)
            rate = row_count / max(time.monotonic() - started, 0.001)
            bar.update(batch.byte_offset - bar.n)
            bar.set_postfix_str(f"{rate:,.0f} rows/s")
            yield batch


def as_json(path: str, result: LoadResult) -> str:
    return json.dumps(
        {
            "path": path,
            "format": result.format,
            "status": result.status,
            "record_count": result.record_count,
            "loaded_count": result.loaded_count,
            "quarantined_count": result.quarantined_count,
            "reasons": result.reasons,
            "detail": result.detail,
        }
    )


def report_all(results: list[tuple[InputFile, LoadResult]]) -> None:
    """Print the result of each file; files of a folder without problems share a line."""
    groups: dict[object, list[tuple[InputFile, LoadResult]]] = {}
    for found, result in results:
        is_well = result.status in ("loaded", "unchanged")
        has_more = found.is_named or result.quarantined_count or result.detail
        is_alone = has_more or not is_well
        key = found.path if is_alone else (found.folder, result.status)
        groups.setdefault(key, []).append((found, result))
    for group in groups.values():
        found, result = group[0]
        if len(group) == 1:
            _report(found.path, result)
            continue
        files = counted(len(group), "file")
        rows = counted(sum(result.loaded_count for _, result in group), "row")
        print(printable(f"{found.folder}: {files} {result.status}, {rows}"))


def _report(path: str, result: LoadResult) -> None:
    """Print the closing line of a file, and on stderr why records are missing."""
    if result.status == "refused":
        reason = result.reasons[0]
        position = reason["first_position"]
        where = path if position == "file" else f"{path}:{position}"
        line = f"{where}: refused: {reason['reason_code']}: {reason['detail']}"
        print(printable(line))
        return
    rows = counted(result.loaded_count, "row")
    line = f"{path}: {rows} loaded"
    if result.status == "unchanged":
        line = f"{path}: unchanged, {rows}"
    if result.quarantined_count:
        line += f", {counted(result.quarantined_count, 'record')} quarantined"
    if result.detail:
        line += f" ({result.detail})"
    print(printable(line))
    for reason in result.reasons[:_SHOWN_REASONS]:
        more = f" (the first of {reason['count']:,} records)" * (reason["count"] > 1)
        say(
            f"{path}:{reason['first_position']}: {reason['reason_code']}: "
            f"{reason['detail']}{more}"
        )
    hidden_count = sum(reason["count"] for reason in result.reasons[_SHOWN_REASONS:])
    if hidden_count:
        say(f"... and {hidden_count:,} more: from raw.quarantine")


def summary(results: list[LoadResult], skipped_count: int, is_dry_run: bool) -> str:
    """Return how many files there are of each status."""
    if not results:
        return f"there is no file to load ({skipped_count} skipped)"
    counts = Counter(result.status for result in results)
    texts = [f"{count} {status.replace('_', ' ')}" for status, count in counts.items()]
    if skipped_count:
        texts.append(f"{skipped_count} skipped")
    ending = "; dry run, nothing was written" if is_dry_run else ""
    return f"files: {', '.join(texts)}{ending}"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
