"""Questions about all rows of a table, before they are read."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from loaders.table.mapping import Column
from loaders.table.opened import Opened, literal
from loaders.table.values import MISSING

if TYPE_CHECKING:  # Imported when the first table is read, which takes a while.
    import duckdb

# Enough to see which fields the objects in a column have.
_FIRST_ROWS = 100


class Rows:
    """The rows of an open table."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", opened: Opened):
        self._connection = connection
        self._opened = opened

    def has_any(self, columns: list[Column]) -> bool:
        """Say whether a row has a text other than NA and the like in one of these
        columns.
        """
        missing = ", ".join(map(literal, MISSING))
        tests = [
            f"coalesce(trim({self._opened.text(column)}), '') not in ({missing})"
            for column in columns
        ]
        return bool(tests) and self._has(" or ".join(tests))

    def has(self, column: Column) -> bool:
        """Say whether a row has a column, or the field inside it."""
        return self._has(f"{self._opened.text(column)} is not null")

    def has_all(self, column: Column) -> bool:
        """Say whether every row has a value in a column, or in the field inside it."""
        is_empty = f"coalesce({self._opened.text(column)}, '') = ''"
        if self._opened.form == "json":
            # What is not an object is not a row, or is quarantined.
            is_empty += " and v is not null"
        return not self._has(is_empty)

    def only_value(self, name: str) -> Any:
        """Return the value that a column has in all rows, None if they differ.

        For a column by which a table identifies itself.
        """
        if name not in self._opened.names:
            return None
        value = self._only(self._opened.text(Column((name,))))
        with suppress(ValueError, TypeError):
            return json.loads(value)
        return value

    def only_words(self, column: Column, pattern: str) -> str | None:
        """Return what the first group of a pattern finds, if it is the same in all rows
        with text.
        """
        text = self._opened.text(column)
        words = f"regexp_extract({text}, {literal(pattern)}, 1)"
        return self._only(words, where=f"coalesce({text}, '') <> ''")

    def fields_inside(self, names: list[str]) -> dict[str, list[str]]:
        """Return the fields of the objects in each column, of the first rows.

        Nothing if the rows cannot be parsed.
        """
        import duckdb

        texts = ", ".join(self._opened.text(Column((name,))) for name in names)
        keys = "case when json_valid(x) then json_keys(x) end"
        # One expression, as 2,000 would take minutes.
        found = []
        with suppress(duckdb.Error):
            found = self._connection.execute(
                f"""
                select list_transform(
                    [{texts}], lambda x: case when starts_with(x, '{{') then {keys} end
                )
                from ({self._opened.source()})
                limit {_FIRST_ROWS}
                """
            ).fetchall()
        inside: dict[str, dict[str, None]] = {name: {} for name in names}
        for (lists,) in found:
            for name, keys in zip(names, lists, strict=True):
                inside[name] |= dict.fromkeys(keys or ())
        return {name: list(fields) for name, fields in inside.items()}

    def _only(self, value: str, where: str = "true") -> str | None:
        found = self._connection.execute(
            f"select distinct {value} from ({self._opened.source()}) "
            f"where {where} limit 2"
        ).fetchall()
        return found[0][0] if len(found) == 1 else None

    def _has(self, condition: str) -> bool:
        found = self._connection.execute(
            f"select 1 from ({self._opened.source()}) where {condition} limit 1"
        )
        return bool(found.fetchall())
