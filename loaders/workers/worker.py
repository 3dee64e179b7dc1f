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
from loaders.contract.files import InputFile, OpenFile, open_regular, unchanged
from loaders.contract.foreign import refuse_conflicts, refuse_pointer
from loaders.contract.records import Batch, FileManifest, FileRefused, file_refused
from loaders.contract.unpacked import Unpacked, opened
from loaders.formats import FORMATS, HEAD_BYTES, Format, recognise
from loaders.workers.options import ReadOptions

# Imported before there is a file, for all processes that are forked from here.
_READERS = {name: format_.reader for name, format_ in FORMATS.items()}


# What a reader says of a text that is not what it should be.
_MALFORMED = {
    *("syntax", "not_json", "truncated", "broken_log", "not_a_trace", "wrong_nesting"),
    *("duplicate_key", "no_record_loaded"),
}


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
            content = opened(source)
            if options.format and found.is_meant:
                format_ = FORMATS[options.format]
                refuse_pointer(content.head(HEAD_BYTES))
            else:
                format_ = recognise(content.head(HEAD_BYTES), content)
            if format_.reads_packed:
                content = source
            if go_on:
                yield _manifest(found, source, format_)
                if not go_on():
                    return
            secret = {"password": options.password} if format_.takes_password else {}
            read = _READERS[format_.name].read
            batches = _explained(read(content, **secret), content)
            batches = _begun(unchanged(batches, source))
        except FileRefused as refused:
            is_told = bool(go_on and format_)
            is_meant = found.is_meant or refused.is_data
            if not is_told and (format_ or is_meant):
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


def _explained(
    batches: Iterator[Batch], content: OpenFile | Unpacked
) -> Iterator[Batch]:
    """Yield the batches; where text is malformed, look for an unfinished merge."""
    try:
        yield from batches
    except FileRefused as refused:
        if refused.reason_code not in _MALFORMED:
            raise
        content.seek(0)
        refuse_conflicts(iter(lambda: content.read(1 << 20), b""))
        raise


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
