"""The files of a load, read ahead while those before them are written."""

import argparse
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from loaders.console import say
from loaders.contract.files import InputFile, stamp_at
from loaders.contract.records import (
    FileManifest,
    FileRefused,
    LoadResult,
    SmallFile,
)
from loaders.inputs import together
from loaders.table import preview
from loaders.workers.options import ReadOptions
from loaders.workers.pool import Readers, Reading, ReadingTogether

if TYPE_CHECKING:  # Importing duckdb takes longer than printing the help.
    from loaders.warehouse.warehouse import Warehouse

# Names of files in a folder that are not data.
_NOT_DATA = {
    *("unknown_format", "empty_file", "not_a_regular_file", "merge_conflict"),
    *("pointer_file", "web_page", "unusable_columns", "linked_folder"),
}
# Names of files in the folder of a run that are not part of it.
_NOT_DATA_OF_RUNS = {"compressed", "broken_compression", "truncated", "too_large"}


class Skipped(Exception):
    """A file in a folder is not data."""


class Ahead:
    """The files that are read ahead while earlier ones are loaded."""

    def __init__(
        self, files: list[InputFile], readers: Readers, options: argparse.Namespace
    ):
        # Options for tables also apply to files that are loaded already.
        is_given = options.table.is_given
        self._waiting = deque(
            [[file] for file in files] if is_given else together(files)
        )
        self._readers = readers
        self._options = options
        self._read_options = ReadOptions(
            options.format, options.password, options.table
        )
        self._begun: dict[InputFile, Reading] = {}
        self._sizes: set[int] = set()
        self._together: dict[InputFile, _Together] = {}

    def begin(self, warehouse: "Warehouse | None") -> None:
        """Let each free reader begin with an unknown file."""
        while self._waiting and self._readers.has_free:
            files = [
                file
                for file in self._waiting.popleft()
                if not warehouse or not known_by_times(file, warehouse, self._options)
            ]
            if len(files) > 1:
                reading = self._readers.start_together(files, self._read_options)
                group = _Together(files, reading, self._options)
                self._together |= dict.fromkeys(files, group)
            elif files:
                self._begun[files[0]] = self._start(files[0], warehouse)
        if not self._waiting:
            self._readers.expect_no_more()

    def has_begun(self, file: InputFile) -> bool:
        return file in self._begun or file in self._together

    def loaded_together(
        self, file: InputFile, warehouse: "Warehouse"
    ) -> LoadResult | None:
        """Return the result of a file that was read with others, if it was."""
        group = self._together.pop(file, None)
        return group and group.result(file, warehouse)

    def take(self, file: InputFile, warehouse: "Warehouse") -> Reading:
        """Return the reading of the next file."""
        return self._begun.pop(file, None) or self._start(file, warehouse)

    def _start(self, file: InputFile, warehouse: "Warehouse | None") -> Reading:
        state = stamp_at(file.real_path)
        # A loaded file has the same size; only then is it worth hashing first.
        size_bytes = state.size_bytes if state else -1
        is_hashed_first = size_bytes in self._sizes or bool(
            warehouse and warehouse.has_file_of(size_bytes)
        )
        self._sizes.add(size_bytes)
        return self._readers.start(file, self._read_options, is_hashed_first)


class _Together:
    """Some small files that are read and loaded together."""

    def __init__(
        self,
        files: list[InputFile],
        reading: ReadingTogether,
        options: argparse.Namespace,
    ):
        self._files = files
        self._reading: ReadingTogether | None = reading
        self._options = options
        self._read: dict[InputFile, tuple[SmallFile, LoadResult | None]] = {}

    def result(self, found: InputFile, warehouse: "Warehouse") -> LoadResult | None:
        """Return the result of a file; None if it must be read on its own."""
        if self._reading:
            self._load(warehouse)
        if found not in self._read:
            return None
        small, result = self._read.pop(found)
        if result is not None:
            return result
        if small.manifest is None:
            refused = small.refused
            return refused_or_skipped(found, refused) if refused else None
        manifest = replace(small.manifest, note=self._options.note or None)
        known = known_by_hash(manifest, warehouse, self._options)
        if known:
            return known
        if small.refused:
            return warehouse.refuse_file(manifest, small.refused)
        return warehouse.load_file(manifest, small.batches, strict=self._options.strict)

    def _load(self, warehouse: "Warehouse") -> None:
        """Load the files that can be loaded together. If the reader died, none is read."""
        read, self._reading = self._reading.files(), None
        if read is None:
            return
        for small in read:
            if small.manifest:
                small.manifest = replace(
                    small.manifest, note=self._options.note or None
                )
        for found, small in zip(self._files, read, strict=True):
            for batch in small.batches:
                for line in preview.lines(batch, None):
                    say(f"{found.path}: {line}")
        results = warehouse.load_together(read)
        pairs = zip(read, results, strict=True)
        self._read = dict(zip(self._files, pairs, strict=True))


def known_by_times(
    found: InputFile, warehouse: "Warehouse", options: argparse.Namespace
) -> LoadResult | None:
    """Return the result of a file that has not changed."""
    state = None if options.rehash else stamp_at(found.real_path)
    known = state and warehouse.file_at(found.real_path, state)
    is_as_wanted = known and options.format in (None, known.format)
    return known if is_as_wanted and _is_enough(known, options) else None


def known_by_hash(
    manifest: FileManifest, warehouse: "Warehouse", options: argparse.Namespace
) -> LoadResult | None:
    """Return the result of these bytes if they are already loaded."""
    known = warehouse.known_file(manifest)
    return known if known and _is_enough(known, options) else None


def refused_or_skipped(found: InputFile, refused: FileRefused) -> LoadResult:
    """Return the refusal of a file, or raise Skipped if it holds no data."""
    skipped = _NOT_DATA | (_NOT_DATA_OF_RUNS if found.is_beside_run else set())
    is_data = refused.is_data and not found.is_beside_run
    if not (found.is_meant or is_data) and refused.reason_code in skipped:
        raise Skipped(refused.detail) from None
    return _refused_unread(found, refused)


def _refused_unread(found: InputFile, refused: FileRefused) -> LoadResult:
    """Return the refusal of a file without an id, which cannot be recorded."""
    return LoadResult(
        path=found.real_path,
        file_id="",
        format=None,
        status="refused",
        record_count=None,
        loaded_count=0,
        quarantined_count=0,
        reasons=[
            {
                "reason_code": refused.reason_code,
                "count": 1,
                "first_position": "file",
                "detail": refused.detail,
            }
        ],
    )


def _is_enough(known: LoadResult, options: argparse.Namespace) -> bool:
    """Return whether a loaded file can stay as it is.

    A strict load reports it every time that part of the file is not loaded.
    """
    if options.table.is_given and known.format in ("table", None):
        return False
    return not (options.strict and known.quarantined_count)
