"""Times in a HAL trace: ISO text as written, a number in the only unit that fits."""

from loaders.contract import rules
from loaders.contract.raw_json import Pointer
from loaders.contract.records import RecordRefused

Time = str | int | float | None


class Moments:
    """Reads times; those that cannot be read are null, and counted."""

    def __init__(self, trace_number: int):
        self._trace_number = trace_number
        # For each field name: the first position, its value, and how many there are.
        self._unread: dict[str, tuple[Pointer, str, int]] = {}

    def read(self, at: Pointer, name: str, value: Time) -> str | None:
        """Return a time as text, None if it is missing or not a time."""
        if value is None:
            return None
        try:
            return rules.moment(name, value)
        except RecordRefused as refused:
            first, detail, count = self._unread.get(
                name, (at / name, refused.detail, 0)
            )
            self._unread[name] = first, detail, count + 1
            return None

    def warnings(self) -> list[tuple]:
        """Return a row for each field with an unreadable time."""
        return [
            (
                first,
                self._trace_number,
                "not_a_time",
                detail if count == 1 else f"{detail} (the first of {count:,})",
            )
            for first, detail, count in self._unread.values()
        ]
