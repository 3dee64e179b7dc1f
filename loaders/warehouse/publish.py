"""Change a DuckDB file while others read it: copy, change, publish.

    with Refresh("evalhouse.duckdb") as refresh:
        with duckdb.connect(refresh.path) as connection:
            ...
        refresh.publish()  # without this line nothing changes

DuckDB allows one writer or many readers per file, so a writer in place would
lock every reader out and a crash would leave half a change. Instead:

1. One refresh at a time: an flock on the folder `.<name>.build`, beside the
   warehouse so that step 5 stays on one file system. The kernel releases the
   lock of a process that dies; the next refresh clears what it left.
2. A POSIX read lock on the warehouse, the very lock of DuckDB's read-only
   openers. Readers come and go, but DuckDB refuses a read-write opener, so no
   write-ahead log can appear, which would be replayed into the published file.
   It outlives `close`, until the process ends: a process that opened the old file just
   before it was replaced has yet to ask for its lock, and must be refused.
3. A write-ahead log that a crashed process left is replayed first, by DuckDB.
   One that belongs to another file is renamed, never deleted.
4. The copy is read through the locked descriptor, because closing any other one
   would drop the lock. Its file name is the same whatever the warehouse is called:
   DuckDB names the catalog after it, and views are stored without that name.
5. Publish: fsync, `os.replace`, fsync of the folder. Readers see the old file or the
   new one, also after a crash or a power cut. A first warehouse is linked instead,
   which fails rather than overwrite one made meanwhile.

Not for network file systems (locks) or Windows, nor for a process that itself
has the warehouse open in DuckDB (its locks would be dropped, see 4).
"""

import contextlib
import errno
import fcntl
import functools
import logging
import os
import shutil
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator
from typing import Self

import duckdb

from common.files import plain_name, why_misread
from common.stopping import on_stop
from loaders.contract.records import WarehouseError

# The version that shells before DuckDB 2.0 can still open.
STORAGE_VERSION = "v1.5.0"

# Name of the copies, if the caller gives none.
COPY_NAME = "evalhouse.duckdb"
_LOG_SUFFIXES = (".wal", ".wal.checkpoint", ".wal.recovery")

# struct flock, and where it keeps the type and the process id.
if sys.platform == "darwin":
    _FLOCK, _TYPE, _PID = "qqihh", 3, 2
else:
    _FLOCK, _TYPE, _PID = "hhqqi4x", 0, 4

_logger = logging.getLogger(__name__)


class WarehouseBusy(WarehouseError):
    """Another process uses the warehouse; the message names it."""


class Refresh:
    """A private copy of one warehouse, at `path`, to change and then publish.

    Entering raises WarehouseBusy or WarehouseError. Leaving removes the copy; the
    warehouse has changed only if `publish` returned.
    """

    def __init__(self, warehouse: str | os.PathLike[str], copy_name: str = COPY_NAME):
        # A warehouse that is a symlink stays one: its target is replaced.
        self.live = os.path.realpath(warehouse)
        self.folder, self.name = os.path.split(self.live)
        self._build = os.path.join(self.folder, f".{plain_name(self.name)}.build")
        self._owner = os.path.join(self._build, ".pid")
        self.path = os.path.join(self._build, copy_name)
        self._build_lock: int | None = None
        self._live_lock: int | None = None
        self._candidate: os.stat_result | None = None
        self._published = False

    def __enter__(self) -> Self:
        self._build_lock = self._lock_build_folder()
        on_stop(self._stop)
        try:
            self._clear_build_folder()
            with (
                _unchanged_for_errors(self.live, self.path),
                open(self._owner, "w") as owner,
            ):
                owner.write(str(os.getpid()))
            self._live_lock = self._lock_live()
            with _unchanged_for_errors(self.live, self.path):
                _fill(self.path, self._live_lock)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def is_published(self) -> bool:
        """Whether the copy has replaced the warehouse; correct at any moment."""
        return self._published or _is_same(self._candidate, self.live)

    @property
    def outcome(self) -> str:
        """The state of the warehouse, in words."""
        if self.is_published:
            return f"{self.live} is refreshed"
        state = "is unchanged" if os.path.exists(self.live) else "does not exist yet"
        return f"{self.live} {state}"

    def publish(self) -> None:
        """Replace the warehouse with the copy, which is closed by now.

        Raises WarehouseError if a connection to the copy is still open, and
        WarehouseBusy if another process made or changed the warehouse meanwhile.
        """
        if _logs(self.path):
            raise WarehouseError(
                f"{self.name} was not published: its copy was not closed cleanly, "
                "perhaps because the disk is full; make room and run this again"
            )
        if _logs(self.live):
            raise WarehouseBusy(
                f"{self.name} was not published: another process began to write to "
                "it meanwhile; close that process and run this again"
            )
        with _unchanged_for_errors(self.live, self.path):
            if self._live_lock is not None:
                os.chmod(self.path, stat.S_IMODE(os.fstat(self._live_lock).st_mode))
            _fsync(self.path)
            self._candidate = os.stat(self.path)
            if self._live_lock is None:
                self._link_first_warehouse()
            else:
                os.replace(self.path, self.live)
        self._published = True
        try:
            _fsync(self.folder)
        except OSError as error:
            _logger.warning(
                "%s is refreshed, but a power cut might undo that: the folder cannot "
                "be written to the disk (%s)",
                self.live,
                error.strerror,
            )

    def close(self) -> None:
        """Remove the copy and let the next refresh begin; idempotent."""
        if self._build_lock is None:
            return
        with contextlib.suppress(OSError):  # the next refresh clears what stays
            self._remove_build_folder()
        # In this order, because without the lock the folder may be another process's.
        lock, self._build_lock = self._build_lock, None
        os.close(lock)
        if self._live_lock is not None and not self.is_published:
            os.close(self._live_lock)  # else it stays open on purpose, see 2.
        self._live_lock = None

    def _stop(self) -> str:
        """Remove the copy of a process that is ending; describe the state."""
        outcome = self.outcome
        if self._build_lock is not None:
            with contextlib.suppress(OSError):
                self._remove_build_folder()
        return outcome

    def _lock_build_folder(self) -> int:
        """Return a descriptor of the build folder that holds the refresh lock."""
        while True:
            self._make_build_folder()
            try:
                descriptor = os.open(self._build, os.O_DIRECTORY | os.O_NOFOLLOW)
            except FileNotFoundError:
                continue  # the refresh before this one has just removed it
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise WarehouseBusy(
                    f"{self.live} is being refreshed by {self._owner_text()}; wait "
                    "until that has finished, then run this again"
                ) from None
            if _is_at(descriptor, self._build):
                return descriptor
            os.close(descriptor)

    def _make_build_folder(self) -> None:
        if why := why_misread(self.folder):
            raise WarehouseError(f"{why}; move the warehouse to another one")
        try:
            os.mkdir(self._build)
        except FileExistsError:
            pass
        except FileNotFoundError:
            raise _no_folder(self.folder) from None
        except OSError as error:
            raise WarehouseError(
                f"cannot write in the folder {self.folder} ({error.strerror}); put "
                "that right, or name another warehouse"
            ) from None

    def _lock_live(self) -> int | None:
        """Return a descriptor of the warehouse that bars writers, None without one."""
        descriptor = _open_for_reading(self.live)
        is_protected = not os.access(self.live, os.W_OK, effective_ids=True)
        if descriptor is not None and is_protected:
            os.close(descriptor)
            raise WarehouseError(
                f"{self.live} is write-protected; allow writing (chmod u+w), or name "
                "another warehouse"
            )
        if not _logs(self.live):
            return descriptor
        if descriptor is not None:
            os.close(descriptor)
        _recover_logs(self.live)
        return _open_for_reading(self.live)

    def _owner_text(self) -> str:
        try:
            with open(self._owner) as owner:
                return f"process {int(owner.read())}"
        except (OSError, ValueError):
            return "another process"  # which has not yet written its id, or has ended

    def _clear_build_folder(self) -> None:
        with os.scandir(self._build) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)

    def _remove_build_folder(self) -> None:
        # Listing it opens it, which may exceed this process's limit of open files.
        with contextlib.suppress(OSError):
            self._clear_build_folder()
        os.rmdir(self._build)

    def _link_first_warehouse(self) -> None:
        try:
            os.link(self.path, self.live)
        except FileExistsError:
            raise WarehouseBusy(
                f"{self.name} was not published: another process has made "
                f"{self.live} meanwhile; run this again"
            ) from None


@contextlib.contextmanager
def scratch_copy(
    warehouse: str | os.PathLike[str], copy_name: str = COPY_NAME
) -> Iterator[str]:
    """Yield the path of a throw-away copy, which can be changed freely.

    Without a warehouse the copy is an empty one. Raises WarehouseBusy while
    another process has the warehouse open read-write.
    """
    live = os.path.realpath(warehouse)
    if not os.path.isdir(os.path.dirname(live)):
        raise _no_folder(os.path.dirname(live))
    with _temporary_folder() as folder:
        on_stop(functools.partial(_drop_scratch, folder, live))
        path = os.path.join(folder, copy_name)
        descriptor = _open_for_reading(live)
        try:
            with _unchanged_for_errors(live, path):
                _fill(path, descriptor)
                for log in _logs(live):
                    shutil.copyfile(log, path + log.removeprefix(live))
        finally:
            if descriptor is not None:
                os.close(descriptor)
        if _logs(path):
            _replay_logs(path)
        for foreign in _logs(path):
            os.unlink(foreign)  # of this copy; a refresh sets the original log aside
        yield path


def _no_folder(folder: str) -> WarehouseError:
    return WarehouseError(
        f"the folder {folder} does not exist; create it, or name another warehouse"
    )


def _temporary_folder() -> tempfile.TemporaryDirectory:
    try:
        return tempfile.TemporaryDirectory(prefix="evalhouse-")
    except OSError as error:
        # Python lists all places it tried only if it found none.
        where = f"folder {tempfile.tempdir}" if tempfile.tempdir else "folders"
        raise WarehouseError(
            f"cannot write in the temporary {where} ({error.strerror}); fix that, "
            "or name another one in the environment variable TMPDIR"
        ) from None


def _drop_scratch(folder: str, live: str) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    return f"{live} is unchanged"


def writer_of(warehouse: str | os.PathLike[str]) -> str:
    """Return "process <id>" for the read-write opener of the warehouse.

    Not for a process that itself has the warehouse open in DuckDB.
    """
    descriptor = os.open(warehouse, os.O_RDONLY)
    try:
        return _lock_holder(descriptor)
    finally:
        os.close(descriptor)


def busy_writing(live: str, writer: str) -> WarehouseBusy:
    """Return the refusal to use a warehouse that `writer` has open read-write."""
    return WarehouseBusy(
        f"{live} is open for writing in {writer}; close it there, or open it with "
        f"`duckdb -readonly {os.path.basename(live)}`, then run this again"
    )


def remedy(reason: str) -> str:
    """Return what to do about a disk error, judging by its text."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    is_full = any(os.strerror(number) in reason for number in full)
    return "make room there" if is_full else "fix that"


def _open_for_reading(live: str) -> int | None:
    """Return a descriptor that holds a read lock on the warehouse, None without one."""
    while True:
        try:
            descriptor = os.open(live, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WarehouseError(
                f"cannot read {live} ({error.strerror}); fix that, or name "
                "another warehouse"
            ) from None
        try:
            _check_is_database(descriptor, live)
            _lock_for_reading(descriptor, live)
        except WarehouseError:
            os.close(descriptor)
            raise
        if _is_at(descriptor, live):
            return descriptor
        os.close(descriptor)  # replaced before it was locked: take the new one


def _check_is_database(descriptor: int, live: str) -> None:
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if not is_file or os.pread(descriptor, 4, 8) != b"DUCK":
        raise WarehouseError(
            f"{live} is not a DuckDB database; move it away, or name another warehouse"
        )


def _lock_for_reading(descriptor: int, live: str) -> None:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX allows EAGAIN and EACCES
        raise busy_writing(live, _lock_holder(descriptor)) from None


def _lock_holder(descriptor: int) -> str:
    """Return "process <id>" for the process that blocks a read lock."""
    question = [0] * 5
    question[_TYPE] = fcntl.F_RDLCK
    answer = struct.unpack(
        _FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *question))
    )
    if answer[_TYPE] == fcntl.F_UNLCK or answer[_PID] <= 0:
        return "another process"  # gone by now, or on another machine
    return f"process {answer[_PID]}"


def _fill(path: str, source: int | None) -> None:
    """Copy the open file to `path`, or create an empty warehouse there."""
    if source is None:
        quoted = path.replace("'", "''")
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{quoted}' as fresh (storage_version '{STORAGE_VERSION}')"
            )
        return
    with open(source, "rb", closefd=False) as live, open(path, "xb") as copy:
        shutil.copyfileobj(live, copy, 1 << 20)


@contextlib.contextmanager
def _unchanged_for_errors(live: str, path: str) -> Iterator[None]:
    """Turn an OSError, such as a full disk, into a WarehouseError."""
    try:
        yield
    except OSError as error:
        raise WarehouseError(
            f"{live} is unchanged: {error.strerror} while writing {path}; "
            f"{remedy(error.strerror)} and run this again"
        ) from error


def _logs(database: str) -> list[str]:
    """Return the write-ahead logs beside a database file."""
    paths = [database + suffix for suffix in _LOG_SUFFIXES]
    return [path for path in paths if os.path.lexists(path)]


def _recover_logs(database: str) -> None:
    """Replay the log of a database that no process has open."""
    if not _logs(database):
        return
    if os.path.exists(database):
        _replay_logs(database)
    for log in _logs(database):
        _set_aside(log)


def _replay_logs(database: str) -> None:
    try:
        with duckdb.connect(database) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        if "does not match" in str(error):
            return  # DuckDB's message for the log of another file or generation
        if "Conflicting lock" in str(error):
            raise WarehouseBusy(
                f"{database} is open in another process, or is open for reading "
                "while the write-ahead log of a crashed process waits to be "
                f"replayed; close it there, then run this again ({error})"
            ) from None
        raise WarehouseError(
            f"the write-ahead log of {database} cannot be replayed; move "
            f"{os.path.basename(database)}.wal away to go on without what it holds "
            f"({error})"
        ) from None


def _set_aside(log: str) -> None:
    """Rename a log that belongs to another file to the first free name."""
    number = 1
    while os.path.lexists(f"{log}.foreign-{number}"):
        number += 1
    os.rename(log, f"{log}.foreign-{number}")
    _logger.warning(
        "%s belongs to another database file; kept as %s.foreign-%d", log, log, number
    )


def _is_at(descriptor: int, path: str) -> bool:
    """Return whether `path` still names the open file."""
    return _is_same(os.fstat(descriptor), path)


def _is_same(status: os.stat_result | None, path: str) -> bool:
    """Return whether `path` names the file of this status."""
    try:
        return status is not None and os.path.samestat(status, os.stat(path))
    except FileNotFoundError:
        return False


def _fsync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
