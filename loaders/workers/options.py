"""Options for reading a file, as passed to a worker."""

from dataclasses import dataclass

from loaders.contract.table_options import TableOptions

_NOTHING_SAID = TableOptions()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read files; the password goes only to formats that declare one."""

    # Name of the format that all files have, None: recognise it.
    format: str | None = None
    password: str | None = None
    table: TableOptions = _NOTHING_SAID

    def __repr__(self) -> str:
        # A password is not for a log or a traceback.
        return f"ReadOptions(format={self.format!r})"
