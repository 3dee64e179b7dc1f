"""Reads files in separate processes.

So every core reads; and if a worker dies because a mapped file is truncated or memory
runs out, only its file is refused.

A process with threads should not be forked, and DuckDB starts threads. So a fork server
is forked before DuckDB is imported, and forks a worker on request. It imports what the
workers need while the writing process imports DuckDB.
"""

import errno
import gc
import os
import pickle
import signal
import socket
import struct
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Self

from loaders.contract.files import InputFile, stamp_at
from loaders.contract.records import (
    Batch,
    FileManifest,
    FileRefused,
    SmallFile,
    file_refused,
)
from loaders.formats import FORMATS
from loaders.workers import messages
from loaders.workers.options import ReadOptions

# A closed pipe at the terminal may end the program, a dead reader may not.
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)
# Messages of one length are taken one by one, however quickly they follow: the number
# of a reader, and whether it is to be killed; the status with which it has ended.
_READER = struct.Struct("=q?")
_STATUS = struct.Struct("=q")
_TABLES = {table.name: table for each in FORMATS.values() for table in each.tables}


class Readers:
    """A pool of processes, each reading one file at a time."""

    def __init__(self, count: int):
        self._count = count
        self._started_count = 0
        self._free: list[_Reader] = []
        self._is_more_expected = True
        self._fork_server, theirs = socket.socketpair()
        self._fork_server_id = os.fork()
        if not self._fork_server_id:
            _become(_fork_server, theirs, self._fork_server)
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End all of them, whatever they are doing."""
        self._fork_server.close()
        os.waitpid(self._fork_server_id, 0)

    @property
    def has_free(self) -> bool:
        return self._count > 0

    def start(
        self, found: InputFile, options: ReadOptions, is_hashed_first: bool
    ) -> "Reading":
        """Let a free reader begin with a file."""
        self._count -= 1
        reader = self._free.pop() if self._free else self._new_reader()
        return Reading(self, reader, found, options, is_hashed_first)

    def start_together(
        self, files: list[InputFile], options: ReadOptions
    ) -> "ReadingTogether":
        """Let a free reader read some small files at a time."""
        self._count -= 1
        reader = self._free.pop() if self._free else self._new_reader()
        return ReadingTogether(self, reader, files, options)

    def take_back(self, reader: "_Reader") -> None:
        """Take back a reader that has finished its file."""
        self._count += 1
        if self._is_more_expected:
            self._free.append(reader)
        else:
            reader.close()

    def expect_no_more(self) -> None:
        """End each reader once it has finished, so that what it holds is free.

        A file that is read again after all gets a new one.
        """
        self._is_more_expected = False
        while self._free:
            self._free.pop().close()

    def leave(self, reader: "_Reader") -> None:
        """End a reader in the middle of a file; another one may be started instead."""
        self._ended(reader, is_killed=True)

    def reap(self, reader: "_Reader") -> str:
        """Return how a reader died; another one may be started instead."""
        status = self._ended(reader)
        # The fork server ends where it may start no process.
        if status is None:
            raise OSError(errno.EAGAIN, "no process can be started to read with")
        if os.WIFSIGNALED(status):
            return f"was ended by {signal.Signals(os.WTERMSIG(status)).name}"
        return f"ended with exit code {os.waitstatus_to_exitcode(status)}"

    def _ended(self, reader: "_Reader", *, is_killed: bool = False) -> int | None:
        """Return a reader's exit status; None without a fork server."""
        self._count += 1
        answer = b""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._fork_server.send(_READER.pack(reader.number, is_killed), _NO_SIGNAL)
            answer = self._fork_server.recv(_STATUS.size)
        return _STATUS.unpack(answer)[0] if answer else None

    def _new_reader(self) -> "_Reader":
        """Ask for a reader, without waiting for it."""
        self._started_count += 1
        ours, theirs = socket.socketpair()
        number = _READER.pack(self._started_count, False)
        with suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._fork_server, [number], [theirs.fileno()], _NO_SIGNAL)
        theirs.close()
        return _Reader(self._started_count, ours)


class _Reader:
    """The writing process's view of a reading process."""

    def __init__(self, number: int, connection: socket.socket):
        self.number = number
        self._connection = connection
        self._incoming = connection.makefile("rb")

    def send(self, message: Any) -> None:
        # If it is dead, reading from it says so.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.sendall(pickle.dumps(message), _NO_SIGNAL)

    def close(self) -> None:
        """Let it end, because it waits for a file."""
        self._incoming.close()
        self._connection.close()

    def receive(self) -> Any:
        """Return its next message; raise EOFError if it has died."""
        try:
            return messages.read(self._incoming)
        except (EOFError, pickle.UnpicklingError, ConnectionResetError):
            raise EOFError from None


class Reading:
    """A file being read: first its identity, then its batches."""

    def __init__(
        self,
        readers: Readers,
        reader: _Reader,
        found: InputFile,
        options: ReadOptions,
        is_hashed_first: bool,
    ):
        self.is_hashed_first = is_hashed_first
        self._readers = readers
        self._reader = reader
        self._path = found.real_path
        self._state = stamp_at(found.real_path)
        reader.send((found, options, is_hashed_first))

    def manifest(self) -> FileManifest:
        """Return what identifies the file.

        If it is hashed first, go_on or stop decides about the rest. Raises FileRefused
        if not even that is known.
        """
        return self._next()

    def stop(self) -> None:
        """Skip the rest of a file that is hashed first."""
        self._reader.send(False)
        with suppress(FileRefused):  # Dead by now: nothing more is asked of it.
            self._next()

    def go_on(self) -> None:
        self._reader.send(True)

    def batches(self) -> Iterator[Batch]:
        """Yield the file's batches, or raise FileRefused."""
        while (batch := self._next()) is not None:
            yield replace(batch, table=_TABLES[batch.table])

    def finish(self) -> None:
        """Skip the rest."""
        if self._reader:
            self._readers.leave(self._reader)
            self._reader = None

    def _next(self) -> Any:
        """Return the next message; after None, or an error, there is no more."""
        try:
            message = self._reader.receive()
        except EOFError:
            how = self._readers.reap(self._reader)
            self._reader = None
            raise self._died(how) from None
        if message is None or isinstance(message, BaseException):
            self._readers.take_back(self._reader)
            self._reader = None
        if isinstance(message, BaseException):
            raise message
        return message

    def _died(self, how: str) -> FileRefused:
        if stamp_at(self._path) != self._state:
            return file_refused("changed_while_reading", "it changed while it was read")
        return file_refused("reader_died", f"the process that read it {how}")


class ReadingTogether:
    """A group of small files being read."""

    def __init__(
        self,
        readers: Readers,
        reader: _Reader,
        files: list[InputFile],
        options: ReadOptions,
    ):
        self._readers = readers
        self._reader = reader
        reader.send((files, options, False))

    def files(self) -> list[SmallFile] | None:
        """Return the files; None if the reader died on one of them."""
        try:
            message = self._reader.receive()
        except EOFError:
            self._readers.reap(self._reader)
            return None
        self._readers.take_back(self._reader)
        if isinstance(message, BaseException):
            raise message
        for small in message:
            for batch in small.batches:
                batch.table = _TABLES[batch.table]
        return message


def _become(serve: Callable, theirs: socket.socket, ours: socket.socket) -> None:
    """Serve in a process that was forked just now, then end it."""
    # Objects that the other process left to be freed may be unusable here, such as a
    # connection whose threads were not forked.
    gc.freeze()
    try:
        # Ctrl-C reaches all processes; the writing one ends the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        ours.close()
        serve(theirs)
    except BaseException:  # noqa: BLE001 -- nothing else could report it
        traceback.print_exc()
        os._exit(1)
    # Without the exit handlers, which are for the writing process.
    os._exit(0)


def _fork_server(writer: socket.socket) -> None:
    """Fork readers, and say how they ended, until the writing process is done."""
    from loaders.workers.worker import serve

    living: dict[int, int] = {}
    try:
        while _served(writer, living, serve):
            pass
    except OSError:
        pass  # No process can be forked, or an answer is no longer waited for.
    for process_id in living.values():
        os.kill(process_id, signal.SIGKILL)
        os.waitpid(process_id, 0)


def _served(writer: socket.socket, living: dict[int, int], serve: Callable) -> bool:
    """Start the reader with this number or, if no socket comes with it, report how it
    died.

    Returns whether there was anything to do.
    """
    message, descriptors, _, _ = socket.recv_fds(writer, _READER.size, 1)
    if not message:
        return False
    number, is_killed = _READER.unpack(message)
    if descriptors:
        theirs = socket.socket(fileno=descriptors[0])
        process_id = os.fork()
        if not process_id:
            _become(serve, theirs, writer)
        living[number] = process_id
        theirs.close()
    else:
        process_id = living.pop(number)
        if is_killed:
            os.kill(process_id, signal.SIGKILL)
        _, status = os.waitpid(process_id, 0)
        writer.send(_STATUS.pack(status))
    return True
