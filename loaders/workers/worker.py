"""The reading process: a file in, its identity and batches out."""

import errno
import os
import pickle
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from common.faults import described
from loaders.contract.arrow import as_buffers
from loaders.contract.files import (
    InputFile,
    OpenFile,
    has_objects_for_rows,
    is_table_name,
    open_regular,
    path_text,
    unchanged,
)
from loaders.contract.foreign import refuse_conflicts, refuse_pointer
from loaders.contract.limits import MAX_REFUSED
from loaders.contract.records import (
    Batch,
    FileManifest,
    FileRefused,
    SmallFile,
    file_refused,
    too_many_refused,
)
from loaders.contract.unpacked import Unpacked, is_packed, opened
from loaders.formats import FORMATS, HEAD_BYTES, Format, recognise
from loaders.workers import messages
from loaders.workers.options import ReadOptions

# Errors that the next file would meet too.
_NOT_OF_THE_FILE = {
    errno.EDQUOT,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOSPC,
}

# So much is read of a file, at the most, while it is hashed.
_AHEAD_BYTES = 8_000_000
# What a reader says of a text that is not what it should be.
_MALFORMED = {
    *("syntax", "not_json", "truncated", "broken_log", "not_a_trace", "wrong_nesting"),
    *("duplicate_key", "no_record_loaded"),
}


class _ByItself(Exception):
    """A file is packed, and its content may not be small."""


def serve(writer: socket.socket) -> None:
    """Read files until the writing process is done."""
    incoming = writer.makefile("rb")
    # A decoder that runs out of memory may abort with words for its own developers; the
    # writing process says what became of the file.
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)

    def send(message: Any) -> None:
        for piece in messages.written(message):
            writer.sendall(piece)

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            found, options, is_hashed_first = pickle.load(incoming)
            if isinstance(found, list):
                send(_answer_together(found, options))
                continue
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


def _answer_together(
    files: list[InputFile], options: ReadOptions
) -> list[SmallFile] | BaseException:
    """Return a group of small files, read completely, or a bug of ours."""
    found = None
    try:
        answer = []
        for found in files:
            answer.append(_small_file(found, options))
    except BaseException as error:  # noqa: BLE001 -- raised again by who writes
        return _with_origin(error, found.path if found else "")
    return answer


def _small_file(found: InputFile, options: ReadOptions) -> SmallFile:
    small = SmallFile(None, [], None, is_plain=True)
    try:
        for message in _messages(found, options, None, as_rows=True):
            if isinstance(message, FileManifest):
                small.manifest = message
                continue
            small.batches.append(message)
            small.is_plain &= not message.quarantined
    except _ByItself:
        return SmallFile(None, [], None, is_plain=False)
    except (FileRefused, MemoryError) as error:
        small.refused = _refusal(error)
    small.is_plain &= not small.refused and _has_each_key_once(small.batches)
    for batch in small.batches:
        batch.table = batch.table.name
    return small


def _has_each_key_once(batches: list[Batch]) -> bool:
    """Return whether no key of a table is duplicated; a key with a null equals no
    other.
    """
    keys: dict[str, set[tuple]] = {}
    for batch in batches:
        places = [list(batch.table.types).index(name) for name in batch.table.key]
        seen = keys.setdefault(batch.table.name, set())
        for row in batch.rows:
            key = tuple(row[place] for place in places)
            if None in key:
                continue
            if key in seen:
                return False
            seen.add(key)
    return True


def _with_origin(error: BaseException, path: str) -> BaseException:
    """Return an error that can be pickled and, if it is a bug of ours, says where."""
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
    """Refuse a file for any error while it is read."""
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
        return file_refused("reader_died", "there is not enough memory to read it")
    return file_refused("reader_failed", f"its reader met {described(error)}")


def _messages(
    found: InputFile,
    options: ReadOptions,
    go_on: Callable[[], bool] | None,
    *,
    as_rows: bool = False,
) -> Iterator[FileManifest | Batch]:
    """Yield what identifies a file, then its batches, as columns or as rows.

    With `go_on` the file is hashed first, and read only if that returns true.
    """
    with open_regular(found.path) as file:
        source, format_ = OpenFile(file), None
        try:
            content = opened(source)
            if as_rows and content is not source:
                raise _ByItself
            if options.format and found.is_meant:
                format_ = FORMATS[options.format]
                refuse_pointer(content.head(HEAD_BYTES))
            else:
                with _as_refusals():
                    format_ = _recognised(content, found, options)
            if format_.reads_packed:
                content = source
            if go_on:
                yield _manifest(found, source, format_, options)
                if not go_on():
                    return
            reader_options = _reader_options(format_, found, options)
            read = partial(format_.reader.read, content, **reader_options)
            batches = _explained(_guarded(read, as_rows=as_rows), content)
            batches = _begun(unchanged(batches, source), source)
        except FileRefused as refused:
            has_manifest = bool(go_on and format_)
            is_meant = found.is_meant or (refused.is_data and not found.is_beside_run)
            if not has_manifest and (format_ or is_meant):
                yield _manifest(found, source, format_, options)
                # The answer is taken all the same, or the next file would meet it.
                if go_on and not go_on():
                    return
            raise
        if not go_on:
            yield _manifest(found, source, format_, options)
        yield from batches


def _guarded(read: Callable[[], Iterator[Batch]], *, as_rows: bool) -> Iterator[Batch]:
    """Yield a reader's batches, as columns or rows; an unexpected error refuses the
    file.
    """
    refused_count = 0
    with _as_refusals():
        for batch in read():
            refused_count += len(batch.quarantined)
            if refused_count > MAX_REFUSED:
                raise too_many_refused(batch.quarantined[0])
            if as_rows:
                yield replace(batch, rows=list(batch.rows))
                continue
            rows = batch.rows and as_buffers(batch.table, batch.rows)
            yield replace(batch, table=batch.table.name, rows=rows)


def _recognised(
    content: OpenFile | Unpacked, found: InputFile, options: ReadOptions
) -> Format:
    """Return the format of a file; a table with unknown columns has one too."""
    head = content.beginning(HEAD_BYTES)
    try:
        return recognise(head, content)
    except FileRefused as refused:
        is_table = options.table.is_given or is_table_name(found.path)
        is_table = is_table or has_objects_for_rows(found.path, head)
        if refused.reason_code == "unknown_format" and is_table and found.is_meant:
            return FORMATS["table"]
        raise


def _reader_options(
    format_: Format, found: InputFile, options: ReadOptions
) -> dict[str, Any]:
    """Return the options that the reader of a format takes."""
    if format_.takes_password:
        return {"password": options.password}
    if format_.takes_table_options:
        return {"path": path_text(found.real_path), "options": options.table}
    return {}


def _explained(
    batches: Iterator[Batch], content: OpenFile | Unpacked
) -> Iterator[Batch]:
    """Yield the batches; if text is malformed, look for an unfinished merge."""
    try:
        yield from batches
    except FileRefused as refused:
        if refused.reason_code not in _MALFORMED:
            raise
        content.seek(0)
        refuse_conflicts(iter(lambda: content.read(1 << 20), b""))
        raise


def _begun(batches: Iterator[Batch], source: OpenFile) -> Iterator[Batch]:
    """Return the batches; the first ones are read while a mapped file is hashed."""
    ahead, byte_count = [], 0
    for batch in batches:
        ahead.append(batch)
        byte_count += getattr(batch.rows, "byte_count", 0)
        if not source.is_being_hashed or byte_count > _AHEAD_BYTES:
            break
    return chain(ahead, batches)


def _manifest(
    found: InputFile, source: OpenFile, format_: Format | None, options: ReadOptions
) -> FileManifest:
    sha256 = source.sha256()
    context = ""
    if format_ and format_.takes_table_options:
        context = format_.reader.context_of(
            source, path_text(found.real_path), options.table
        )
    return FileManifest(
        path=found.real_path,
        sha256=sha256,
        format=format_.name if format_ else None,
        size_bytes=source.size_bytes,
        loader_version=format_.loader_version if format_ else None,
        state=source.state,
        context=context,
        has_user_options=bool(context) and options.table.is_given,
        is_packed=is_packed(source),
    )
