"""Limits that hold for every format."""

# No run comes near this; anything longer is not held in memory as one record.
RECORD_BYTES = 5_000_000
# The maximum length of an id, a key or a position.
MAX_TEXT_BYTES = 1000
# DuckDB's JSON fails a little deeper than this.
MAX_DEPTH = 128
MAX_MEMBERS = 64
# No trace comes near this many calls, tasks, ...; each takes half a kilobyte of memory.
MAX_TRACE_RECORDS = 250_000
# Lists, objects and fields in one record, and fields at its top; decoded they take fifty
# times their bytes.
MAX_VALUES = 200_000
MAX_FIELDS = 10_000
# Per file; with more, the file is refused, because something is wrong with all of it.
MAX_REFUSED = 200_000
