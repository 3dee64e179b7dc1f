"""Load files of evaluation runs into the warehouse: `python -m loaders PATH...`."""

if __name__ == "__main__":
    # First, because the other imports take a while.
    from common.faults import end_on_fault
    from common.stopping import end_when_stopped

    end_when_stopped()
    end_on_fault("the warehouse is unchanged")

import argparse
import os
import sys
from collections import Counter
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from common.command_line import end_with
from common.faults import TOO_LITTLE_MEMORY
from loaders.arguments import parsed
from loaders.console import (
    as_json,
    counted,
    report_all,
    say,
    summary,
    with_progress,
    with_table_shown,
)
from loaders.contract.files import InputFile
from loaders.contract.records import FileRefused, LoadResult, WarehouseError
from loaders.inputs import find
from loaders.queue import (
    Ahead,
    Skipped,
    known_by_hash,
    known_by_times,
    refused_or_skipped,
)
from loaders.workers.pool import Readers, Reading

if TYPE_CHECKING:  # Importing duckdb takes longer than printing the help.
    from loaders.warehouse.warehouse import Warehouse

# The first word of the command line, and the module that takes the rest.
COMMANDS = {
    "export": "loaders.warehouse.export",
    "import": "loaders.warehouse.marts_import",
    "names": "loaders.warehouse.names",
    "sources": "loaders.warehouse.sources",
    "template": "loaders.table.template",
}


def main(arguments: list[str] | None = None) -> int:
    """Load the files on the command line, print the results, return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in COMMANDS:
        return import_module(COMMANDS[given[0]]).main(given[1:])
    options = parsed(given)
    try:
        results, skipped_count = _load(options)
    except WarehouseError as error:
        say(str(error))
        return 2
    except MemoryError:
        say(f"{TOO_LITTLE_MEMORY}; the warehouse is unchanged")
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"{where}{error.strerror or error}; the warehouse is unchanged")
        return 2
    if options.json:
        for found, result in results:
            print(as_json(found.path, result))
    else:
        report_all(results)
    outcome = [result for _, result in results]
    say(summary(outcome, skipped_count, options.dry_run))
    if options.require_loaded and not any(
        result.status != "refused" and result.loaded_count for result in outcome
    ):
        return 2
    return exit_code_of(outcome)


def exit_code_of(outcome: list[LoadResult]) -> int:
    """Return the exit code of a load with these results."""
    if not outcome:
        return 2
    is_whole = all(r.status != "refused" and not r.quarantined_count for r in outcome)
    return 0 if is_whole else 1


def _load(
    options: argparse.Namespace,
) -> tuple[list[tuple[InputFile, LoadResult]], int]:
    """Load every file; return the files with their results, and how many were skipped."""
    # Opening the warehouse as a file would end DuckDB's lock on it.
    warehouse_path = os.path.realpath(options.db)
    found = find(options.paths, COMMANDS)
    files = [file for file in found if file.real_path != warehouse_path]
    with Readers(min(len(files), os.cpu_count() or 1)) as readers:
        ahead = Ahead(files, readers, options)
        if not os.path.exists(warehouse_path):
            ahead.begin(None)  # Nothing is known yet, so reading need not wait.
        from loaders.warehouse.warehouse import Warehouse

        with Warehouse(options.db, publish=not options.dry_run) as warehouse:
            warehouse.make_ready()
            return _load_all(files, ahead, warehouse, options)


def _load_all(
    files: list[InputFile],
    ahead: Ahead,
    warehouse: "Warehouse",
    options: argparse.Namespace,
) -> tuple[list[tuple[InputFile, LoadResult]], int]:
    results, skipped_count = [], 0
    file_counts = Counter(file.folder for file in files if not file.is_named)
    for file in files:
        count = 0 if file.is_named else file_counts.pop(file.folder, 0)
        if count and not sys.stderr.isatty():
            say(f"{file.folder}: reading {counted(count, 'file')}")
        ahead.begin(warehouse)
        # Again, because a file written since may have replaced it in the warehouse.
        result = None
        if not ahead.has_begun(file):
            result = known_by_times(file, warehouse, options)
        try:
            if result is None:
                result = ahead.loaded_together(file, warehouse)
            if result is None:
                reading = ahead.take(file, warehouse)
                result = _load_file(file, reading, warehouse, options)
        except Skipped as reason:
            skipped_count += 1
            say(f"{file.path}: skipped: {reason}")
        else:
            results.append((file, result))
    _leave_gone(files, warehouse)
    return results, skipped_count


def _leave_gone(files: list[InputFile], warehouse: "Warehouse") -> None:
    """Remove the rows of files that are no longer in the folders of runs."""
    present: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for file in files:
        if file.run_folder:
            if file.folder not in names:
                names[file.folder] = os.path.join(os.path.realpath(file.folder), "")
            present.setdefault(names[file.folder], set()).add(file.real_path)
    gone_counts = warehouse.leave_gone(present)
    for folder, real_folder in names.items():
        if gone_count := gone_counts.pop(real_folder, 0):
            gone = counted(gone_count, "file")
            say(f"{folder}: {gone} loaded before are gone: their rows are removed")


def _load_file(
    found: InputFile,
    reading: Reading,
    warehouse: "Warehouse",
    options: argparse.Namespace,
) -> LoadResult:
    """Load one file, or raise Skipped if it is not the user's data."""
    try:
        manifest = reading.manifest()
    except FileRefused as refused:
        return refused_or_skipped(found, refused)
    if reading.is_hashed_first:
        known = known_by_hash(manifest, warehouse, options)
        if known:
            reading.stop()
            return known
        reading.go_on()
    manifest = replace(manifest, note=options.note or None)
    batches = with_progress(reading.batches(), found, manifest.size_bytes)
    batches = with_table_shown(batches, found, is_dry_run=options.dry_run)
    try:
        return warehouse.load_file(manifest, batches, strict=options.strict)
    finally:
        reading.finish()


if __name__ == "__main__":
    end_with(main)
