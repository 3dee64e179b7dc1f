"""The user's options for tables of attempts."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TableOptions:
    """Options for what a table does not contain."""

    # What `attempts.source` says.
    source: str | None = None
    # Ours, and what it is: the forms are those of a mapping file; None: no column.
    columns: tuple[tuple[str, Any], ...] = ()
    # The name of a mapping that is shipped.
    preset: str | None = None
    # The highest score that there is; None: 1.
    score_max: float | None = None
    # `.` or `,`; the other one then groups thousands. None: no comma is read.
    decimal: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether the user gave any of them."""
        return self != TableOptions()
