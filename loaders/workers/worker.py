"""What a reading process does: a file in, what identifies it and its batches out."""

import errno
import os
import pickle
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any

from loaders.contract.arrow import as_buffers
from loaders.contract.faults import described
from loaders.contract.files import InputFile, OpenFile, open_regular, unchanged
from loaders.contract.limits import MAX_REFUSED
from loaders.contract.records import (
    Batch,
    FileManifest,
    FileRefused,
    file_refused,
    too_many_refused,
)
from loaders.formats import FORMATS, HEAD_BYTES, Format, recognise
from loaders.workers.memory import lift_limit, limit_memory
from loaders.workers.options import ReadOptions

# Errors that the next file would meet too.
_NOT_OF_THE_FILE = {
    errno.EDQUOT,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOSPC,
}
# Imported before there is a file, for all processes that are forked from here.
_READERS = {name: format_.reader for name, format_ in FORMATS.items()}


def serve(writer: socket.socket) -> None:
    """Read files until the writing process is done."""
    incoming = writer.makefile("rb")
    # A decoder that runs out of memory may abort with words for its own developers; the
    # writing process says what became of the file.
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)

    def send(message: Any) -> None:
        # As a whole, for half a message would be waited for.
        writer.sendall(pickle.dumps(message))

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
            except MemoryError as error:
                send(_refusal(error))
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


@contextmanager
def _as_refusals() -> Iterator[None]:
    """Refuse a file for whatever goes wrong while it is read."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NOT_OF_THE_FILE:
            raise
        raise _refusal(error) from None


def _refusal(error: BaseException) -> FileRefused:
    if isinstance(error, FileRefused):
        return error
    if isinstance(error, MemoryError):
        lift_limit()
        return file_refused("reader_died", "there is not memory enough to read it")
    return file_refused("reader_failed", f"its reader met {described(error)}")


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
                with _as_refusals():
                    format_ = recognise(source.beginning(HEAD_BYTES))
            if go_on:
                yield _manifest(found, source, format_)
                if not go_on():
                    return
            secret = {"password": options.password} if format_.takes_password else {}
            read = partial(_READERS[format_.name].read, source, **secret)
            limit_memory(source.size_bytes)
            batches = _begun(unchanged(_guarded(read), source))
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
        yield from batches


def _guarded(read: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """Yield the batches of a reader, as columns; its surprise refuses the file."""
    refused_count = 0
    with _as_refusals():
        for batch in read():
            refused_count += len(batch.quarantined)
            if refused_count > MAX_REFUSED:
                raise too_many_refused(batch.quarantined[0])
            rows = batch.rows and as_buffers(batch.table, batch.rows)
            yield replace(batch, table=batch.table.name, rows=rows)


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
