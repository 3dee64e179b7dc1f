"""The raw tables that the warehouse fills itself."""

from loaders.contract.columns import Column, RawTable

FILES = RawTable(
    name="raw.files",
    key=("file_id",),
    comment="One row per file, by content: what was loaded, or why it was not.",
    columns=(
        Column(
            "path",
            "varchar",
            "Absolute path the bytes were loaded from; once other bytes are loaded "
            "from there, another path of raw.file_paths.",
        ),
        Column(
            "format",
            "varchar",
            "Name of the format, as in `python -m loaders --help`.",
            null="Null where none was recognised.",
        ),
        Column("sha256", "varchar", "SHA-256 of the file's bytes, as 64 hex digits."),
        Column("size_bytes", "bigint", "Size of the file.", unit="bytes"),
        Column(
            "status",
            "varchar",
            "loaded, partly_loaded (see raw.quarantine) or refused.",
        ),
        Column(
            "record_count",
            "bigint",
            "loaded_count + quarantined_count.",
            null="Null for a refused file, whose records were not counted.",
        ),
        Column(
            "loaded_count",
            "bigint",
            "Number of its records that were loaded; 0 if the file was refused.",
        ),
        Column(
            "quarantined_count",
            "bigint",
            "Number of its records in raw.quarantine; 0 if the file was refused.",
        ),
        Column(
            "loader_version",
            "varchar",
            "Format and version of the reader that was used.",
            null="Null where no format was recognised.",
        ),
        Column(
            "note",
            "varchar",
            "The note given with --note when it was loaded.",
            null="Null where none was given.",
        ),
        Column(
            "loaded_at", "timestamp with time zone", "When it was loaded or refused."
        ),
    ),
)

FILE_PATHS = RawTable(
    name="raw.file_paths",
    key=("file_id", "path"),
    comment="One row per file and path at which a load found its bytes.",
    columns=(
        Column(
            "path", "varchar", "Absolute path; kept until other bytes are loaded there."
        ),
        Column(
            "modified_ns",
            "bigint",
            "When the file was last written to, since 1970: with its size and "
            "changed_ns it shows that the file is unchanged.",
            unit="nanoseconds",
            null="Null if that was too short before the load to be sure, and for a "
            "refused file.",
        ),
        Column(
            "changed_ns",
            "bigint",
            "When its state last changed, since 1970; unlike modified_ns it cannot be set.",
            unit="nanoseconds",
            null="Null where modified_ns is.",
        ),
    ),
)

QUARANTINE = RawTable(
    name="raw.quarantine",
    key=("file_id", "position"),
    comment="One row per refused record, and one per refused file.",
    columns=(
        Column(
            "position",
            "varchar",
            "Where the record is: its line or its JSON pointer, with :<n> for the n-th "
            "refused there, or `file`. Unique per file.",
        ),
        Column(
            "line",
            "bigint",
            "Line of the file on which the record begins, from 1.",
            null="Null where lines mean nothing, and for most refused files.",
        ),
        Column(
            "reason_code",
            "varchar",
            "The broken rule, as a stable code to count by.",
        ),
        Column("detail", "varchar", "What is wrong, and how to correct it."),
        Column(
            "record_excerpt",
            "varchar",
            "At most 500 characters of the record.",
            null="Null for a refused file.",
        ),
    ),
)

TABLES = (FILES, FILE_PATHS, QUARANTINE)
