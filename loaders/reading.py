"""Files are read in processes of their own, beside the one that writes.

So every core reads; and a reader that dies, be it of a mapped file that is cut short or
for want of memory, takes no more with it than its file, which is refused.

A process with threads should not be forked, and DuckDB starts some. So a nursery is
forked before DuckDB is imported, and forks a reader whenever it is asked for one.
"""

import errno
import os
import pickle
import signal
import socket
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from types import ModuleType
from typing import Any, Self

from loaders import hal
from loaders.columns import as_columns
from loaders.files import Found, Source, open_regular, state_at, unchanged
from loaders.formats import FORMATS, HEAD_BYTES, recognise, version_of
from loaders.records import Batch, FileManifest, FileRefused, file_refused
from loaders.sample import is_sample

# By them the sample is told apart.
_SAMPLE_HEAD_BYTES = 4096
# A closed pipe at the terminal may end the program, a dead reader may not.
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)
_TABLES = {table.name: table for each in FORMATS.values() for table in each.TABLES}


class Readers:
    """Some processes that read files, one file at a time each."""

    def __init__(self, count: int):
        self._count = count
        self._free: list[_Reader] = []
        self._nursery, theirs = socket.socketpair()
        self._nursery_id = os.fork()
        if not self._nursery_id:
            _become(_nursery, theirs, self._nursery)
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End all of them, whatever they are doing."""
        self._nursery.close()
        os.waitpid(self._nursery_id, 0)

    @property
    def has_free(self) -> bool:
        return self._count > 0

    def start(
        self, found: Found, options: Namespace, is_hashed_first: bool
    ) -> "Reading":
        """Let a free reader begin with a file."""
        self._count -= 1
        reader = self._free.pop() if self._free else self._new_reader()
        return Reading(self, reader, found, options, is_hashed_first)

    def take_back(self, reader: "_Reader") -> None:
        """Take a reader that has finished with its file."""
        self._count += 1
        self._free.append(reader)

    def bury(self, reader: "_Reader") -> str:
        """Return how a reader has died; another one may be started in its place."""
        self._count += 1
        self._nursery.send(str(reader.process_id).encode(), _NO_SIGNAL)
        status = self._answer()
        if os.WIFSIGNALED(status):
            return f"was ended by {signal.Signals(os.WTERMSIG(status)).name}"
        return f"ended with exit code {os.waitstatus_to_exitcode(status)}"

    def _new_reader(self) -> "_Reader":
        ours, theirs = socket.socketpair()
        socket.send_fds(self._nursery, [b"reader"], [theirs.fileno()])
        theirs.close()
        return _Reader(self._answer(), ours)

    def _answer(self) -> int:
        """Return the nursery's answer; it ends where it may start no process."""
        if answer := self._nursery.recv(64):
            return int(answer)
        raise OSError(errno.EAGAIN, "no process to read with can be started")


class _Reader:
    """A process that reads, as the writing one sees it."""

    def __init__(self, process_id: int, connection: socket.socket):
        self.process_id = process_id
        self._connection = connection
        self._incoming = connection.makefile("rb")

    def tell(self, message: Any) -> None:
        # That it is dead shows when it is listened to.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.sendall(pickle.dumps(message), _NO_SIGNAL)

    def hear(self) -> Any:
        """Return its next message; raise EOFError if it has died."""
        try:
            return pickle.load(self._incoming)
        except (EOFError, pickle.UnpicklingError, ConnectionResetError):
            raise EOFError from None


class Reading:
    """A file that a reader is at: first what identifies it, then its batches."""

    def __init__(
        self,
        readers: Readers,
        reader: _Reader,
        found: Found,
        options: Namespace,
        is_hashed_first: bool,
    ):
        self.is_hashed_first = is_hashed_first
        self._readers = readers
        self._reader = reader
        self._path = found.real_path
        self._state = state_at(found.real_path)
        reader.tell((found, options, is_hashed_first))

    def manifest(self) -> FileManifest:
        """Return what identifies the file.

        If it is hashed first, go_on or stop decides what becomes of the rest. Raises
        FileRefused where not even so much is known.
        """
        return self._next()

    def stop(self) -> None:
        """Do without the rest of a file that is hashed first."""
        self._reader.tell(False)
        self._next()

    def go_on(self) -> None:
        self._reader.tell(True)

    def batches(self) -> Iterator[Batch]:
        """Yield what is in the file, or raise FileRefused."""
        while (batch := self._next()) is not None:
            yield replace(batch, table=_TABLES[batch.table])

    def finish(self) -> None:
        """Pass over what nobody has asked for."""
        with suppress(FileRefused):
            while self._reader and self._next() is not None:
                pass

    def _next(self) -> Any:
        """Return the next message; after None, or an error, there is no more."""
        try:
            message = self._reader.hear()
        except EOFError:
            how = self._readers.bury(self._reader)
            self._reader = None
            raise self._died(how) from None
        if message is None or isinstance(message, BaseException):
            self._readers.take_back(self._reader)
            self._reader = None
        if isinstance(message, BaseException):
            raise message
        return message

    def _died(self, how: str) -> FileRefused:
        if state_at(self._path) != self._state:
            return file_refused("changed_while_reading", "it changed while it was read")
        return file_refused("reader_died", f"the process that read it {how}")


def _become(serve: Callable, theirs: socket.socket, ours: socket.socket) -> None:
    """Serve in a process that was forked just now, then end it."""
    try:
        # Ctrl-C reaches all processes; the writing one ends the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        ours.close()
        serve(theirs)
    finally:
        # What the writing process wants to do at its end is not done here.
        os._exit(0)


def _nursery(writer: socket.socket) -> None:
    """Fork readers, and say how they ended, until the writing process is done."""
    living = set()
    try:
        while _served(writer, living):
            pass
    except OSError:
        pass  # It is killed: nobody waits for an answer any more.
    for process_id in living:
        os.kill(process_id, signal.SIGKILL)
        os.waitpid(process_id, 0)


def _served(writer: socket.socket, living: set[int]) -> bool:
    """Answer one message, and return whether there was one."""
    message, descriptors, _, _ = socket.recv_fds(writer, 64, 1)
    if descriptors:
        theirs = socket.socket(fileno=descriptors[0])
        process_id = os.fork()
        if not process_id:
            _become(_reader, theirs, writer)
        living.add(process_id)
        theirs.close()
        writer.send(str(process_id).encode())
    elif message:
        process_id, status = os.waitpid(int(message), 0)
        living.discard(process_id)
        writer.send(str(status).encode())
    return bool(message)


def _reader(writer: socket.socket) -> None:
    """Read files until the writing process is done."""
    incoming, outgoing = writer.makefile("rb"), writer.makefile("wb")

    def tell(message: Any) -> None:
        pickle.dump(message, outgoing)
        outgoing.flush()

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            found, options, is_hashed_first = pickle.load(incoming)
            go_on = (lambda: pickle.load(incoming)) if is_hashed_first else None
            try:
                for message in _messages(found, options, go_on):
                    tell(message)
                tell(None)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except MemoryError:
                tell(
                    file_refused("reader_died", "there is not memory enough to read it")
                )
            except BaseException as error:  # noqa: BLE001 -- raised again by who writes
                tell(error)


def _messages(
    found: Found, options: Namespace, go_on: Callable[[], bool] | None
) -> Iterator[FileManifest | Batch]:
    """Yield what identifies a file, then its batches, as columns.

    With `go_on` the file is hashed before it is read, and read only if that says so.
    """
    with open_regular(found.path) as file:
        source, format_ = Source(file), None
        try:
            if options.format and found.is_meant:
                format_ = FORMATS[options.format]
            else:
                format_ = recognise(source.head(HEAD_BYTES))
            if go_on:
                yield _manifest(found, source, format_)
                if not go_on():
                    return
            secret = {"password": options.password} if format_ is hal else {}
            batches = unchanged(format_.read(source, **secret), source)
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
            rows = batch.rows and as_columns(batch.table, batch.rows)
            yield replace(batch, table=batch.table.name, rows=rows)


def _begun(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Return the batches with the first one read, while a mapped file is hashed."""
    return chain(list(islice(batches, 1)), batches)


def _manifest(found: Found, source: Source, format_: ModuleType | None) -> FileManifest:
    sha256 = source.sha256()
    return FileManifest(
        path=found.real_path,
        sha256=sha256,
        format=format_.NAME if format_ else None,
        size_bytes=source.size_bytes,
        loader_version=version_of(format_) if format_ else None,
        is_sample=is_sample(sha256, source.head(_SAMPLE_HEAD_BYTES)),
        state=source.state,
    )
