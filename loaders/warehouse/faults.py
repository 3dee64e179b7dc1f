"""Why the rows of a file cannot be written."""

import duckdb

from common.faults import described
from loaders.contract.records import FileRefused, file_refused

# What writing the rows or positions of a file may raise.
FAULTS_OF_A_FILE = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    duckdb.OutOfMemoryException,
    ArithmeticError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


def as_refusal(error: Exception) -> FileRefused:
    """Return the refusal of a file whose records cannot be written."""
    if isinstance(error, FileRefused):
        return error
    if isinstance(error, duckdb.OutOfMemoryException) and "used)" in str(error):
        # The limit that DuckDB was given, on any machine.
        what = "its records are too long to be written, or those of one key compared"
        return file_refused("records_too_long", what)
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return file_refused("reader_died", "there is not enough memory to write it")
    return file_refused("reader_failed", f"writing it met {described(error)}")
