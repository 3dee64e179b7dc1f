"""What a reading process does: a file in, what identifies it and its batches out."""

import pickle
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from loaders.contract.arrow import as_buffers
from loaders.contract.files import (
    TABLE_SUFFIXES,
    InputFile,
    OpenFile,
    open_regular,
    unchanged,
)
from loaders.contract.records import Batch, FileManifest, FileRefused, file_refused
from loaders.formats import FORMATS, HEAD_BYTES, Format, recognise
from loaders.workers.options import ReadOptions

# Imported before there is a file, for all processes that are forked from here.
_READERS = {name: format_.reader for name, format_ in FORMATS.items()}


def serve(writer: socket.socket) -> None:
    """Read files until the writing process is done."""
    incoming, outgoing = writer.makefile("rb"), writer.makefile("wb")

    def send(message: Any) -> None:
        pickle.dump(message, outgoing)
        outgoing.flush()

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            found, options, is_hashed_first = pickle.load(incoming)
            go_on = (lambda: pickle.load(incoming)) if is_hashed_first else None
            try:
                for message in _messages(found, options, go_on):
                    send(message)
                send(None)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except MemoryError:
                send(
                    file_refused("reader_died", "there is not memory enough to read it")
                )
            except BaseException as error:  # noqa: BLE001 -- raised again by who writes
                send(_with_origin(error, found.path))


def _with_origin(error: BaseException, path: str) -> BaseException:
    """Return an error that can travel and, if it is a fault of ours, says from where."""
    if isinstance(error, FileRefused):
        return error
    origin = f"while reading {path}:\n{traceback.format_exc()}"
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 -- some errors do not survive it
        error = RuntimeError(repr(error))
    error.add_note(origin)
    return error


def _messages(
    found: InputFile, options: ReadOptions, go_on: Callable[[], bool] | None
) -> Iterator[FileManifest | Batch]:
    """Yield what identifies a file, then its batches, as columns.

    With `go_on` the file is hashed before it is read, and read only if that says so.
    """
    with open_regular(found.path) as file:
        source, format_ = OpenFile(file), None
        try:
            if options.format and found.is_meant:
                format_ = FORMATS[options.format]
            else:
                format_ = _recognised(source.head(HEAD_BYTES), found, options)
            if go_on:
                yield _manifest(found, source, format_)
                if not go_on():
                    return
            told = _told(format_, found, options)
            batches = unchanged(_READERS[format_.name].read(source, **told), source)
            batches = _begun(batches)
        except FileRefused:
            is_told = bool(go_on and format_)
            if not is_told and (format_ or found.is_meant):
                yield _manifest(found, source, format_)
                # The answer is taken all the same, or the next file would meet it.
                if go_on and not go_on():
                    return
            raise
        if not go_on:
            yield _manifest(found, source, format_)
        for batch in batches:
            rows = batch.rows and as_buffers(batch.table, batch.rows)
            yield replace(batch, table=batch.table.name, rows=rows)


def _recognised(head: bytes, found: InputFile, options: ReadOptions) -> Format:
    """Return the format of a file; a table whose columns are not known is one too."""
    try:
        return recognise(head)
    except FileRefused as refused:
        is_table = options.table.is_said or found.path.lower().endswith(TABLE_SUFFIXES)
        if refused.reason_code == "unknown_format" and is_table and found.is_meant:
            return FORMATS["table"]
        raise


def _told(format_: Format, found: InputFile, options: ReadOptions) -> dict[str, Any]:
    """Return the options that the reader of a format takes."""
    if format_.takes_password:
        return {"password": options.password}
    if format_.takes_table_options:
        return {"path": found.real_path, "options": options.table}
    return {}


def _begun(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Return the batches with the first one read, while a mapped file is hashed."""
    return chain(list(islice(batches, 1)), batches)


def _manifest(
    found: InputFile, source: OpenFile, format_: Format | None
) -> FileManifest:
    sha256 = source.sha256()
    return FileManifest(
        path=found.real_path,
        sha256=sha256,
        format=format_.name if format_ else None,
        size_bytes=source.size_bytes,
        loader_version=format_.loader_version if format_ else None,
        state=source.state,
    )
