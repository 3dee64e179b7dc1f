"""The raw tables that the warehouse fills itself."""

from loaders.contract.columns import Table

FILE_COMMENTS = {
    "file_id": "First 16 hex digits of the SHA-256 of the file's bytes.",
    "line": "Line of the file on which the record begins, from 1.",
}

FILES = Table(
    name="raw.files",
    columns={
        "path": "varchar",
        "format": "varchar",
        "sha256": "varchar",
        "size_bytes": "bigint",
        "status": "varchar",
        "record_count": "bigint",
        "loaded_count": "bigint",
        "quarantined_count": "bigint",
        "loader_version": "varchar",
        "is_sample": "boolean",
        "loaded_at": "timestamp with time zone",
    },
    key=("file_id",),
    comment="One row per file, by content: what was loaded, or why it was not.",
    column_comments={
        "path": (
            "Absolute path the bytes were loaded from; once other bytes are loaded "
            "from there, another path of raw.file_paths."
        ),
        "format": "hal, metr-jsonl or metr-yaml; null where none was recognised.",
        "sha256": "SHA-256 of the file's bytes, as 64 hex digits.",
        "size_bytes": "Size of the file, in bytes.",
        "status": "loaded, partly_loaded (see raw.quarantine) or refused.",
        "record_count": (
            "loaded_count + quarantined_count; null for a refused file, whose records "
            "were not counted."
        ),
        "loaded_count": "Number of its records that were loaded; 0 if it was refused.",
        "quarantined_count": (
            "Number of its records in raw.quarantine; 0 if it was refused whole."
        ),
        "loader_version": "Format and version of the reader that was used.",
        "is_sample": "Whether it is of the shipped sample, which is made up.",
        "loaded_at": "When it was loaded or refused.",
    },
)

FILE_PATHS = Table(
    name="raw.file_paths",
    columns={"path": "varchar", "modified_ns": "bigint", "changed_ns": "bigint"},
    key=("file_id", "path"),
    comment="One row per file and path at which a load met its bytes.",
    column_comments={
        "path": "Absolute path; kept until other bytes are loaded there.",
        "modified_ns": (
            "When the file was last written to, in nanoseconds since 1970: with its "
            "size and changed_ns it tells that the file is unchanged. Null where that "
            "was too short before the load to tell, and for a refused file."
        ),
        "changed_ns": (
            "When its state last changed, which nobody can set; null likewise."
        ),
    },
)

QUARANTINE = Table(
    name="raw.quarantine",
    columns={
        "position": "varchar",
        "line": "bigint",
        "reason_code": "varchar",
        "detail": "varchar",
        "record_excerpt": "varchar",
    },
    key=("file_id", "position"),
    comment="One row per refused record, and one per refused file.",
    column_comments={
        "position": (
            "Where the record stands: its line or its JSON pointer, with :<n> for the "
            "n-th refused at one place, or `file`. Unique per file."
        ),
        "reason_code": "The rule that was broken, as a stable code to count by.",
        "detail": "What was wrong, and how to put it right.",
        "record_excerpt": "At most 500 characters; null for a whole file.",
    },
)
