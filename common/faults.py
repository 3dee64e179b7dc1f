"""Unexpected errors, as one line that a user can report."""

import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

_ROOT = str(Path(__file__).resolve().parents[1]) + os.sep
_MOST_CHARACTERS = 300

TOO_LITTLE_MEMORY = (
    "there is too little memory; free some, or load fewer or smaller files at a time"
)

# What is said of a library for which there is no memory.
_NOT_MAPPED = ("failed to map segment", "annot allocate memory")


def described(error: BaseException) -> str:
    """Return the type of an error, its message, and where in our code it arose."""
    said = " ".join(str(error).split())
    if len(said) > _MOST_CHARACTERS:
        said = f"{said[: _MOST_CHARACTERS - 1]}…"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)]
    where = ""
    if frames:
        frame = (ours or frames)[-1]
        where = f" at {frame.filename.removeprefix(_ROOT)}:{frame.lineno}"
    return f"{type(error).__name__}{f' ({said})' if said else ''}{where}"


def end_on_fault(state: str) -> None:
    """Let an error that is not caught end the process with 2 and one line.

    Python would exit with a traceback and 1, which for a load means that some records
    are refused. `state` describes the state of the work.
    """

    def answer(
        _kind: type[BaseException],
        error: BaseException,
        _traceback: TracebackType | None,
    ) -> None:
        text = f"{_cause(error)}; {state}\n"
        os.write(2, text.encode(errors="backslashreplace"))
        os._exit(2)

    sys.excepthook = answer


def _cause(error: BaseException) -> str:
    is_unmapped = isinstance(error, ImportError) and any(
        words in str(error) for words in _NOT_MAPPED
    )
    if is_unmapped or isinstance(error, MemoryError):
        return TOO_LITTLE_MEMORY
    return f"a bug in evalhouse, please report it: {described(error)}"


def _is_ours(path: str) -> bool:
    return path.startswith(_ROOT) and f"{os.sep}." not in path.removeprefix(_ROOT)
