"""dbt-duckdb plugin: dbt works on a copy, published when the command succeeded.

Commands that build (`dbt build`, `dbt run`, ...) change the private copy of
publish.py. Everything else (`dbt test`, `dbt show`, `dbt docs generate`, ..., and
`--empty`, whose views have no rows) gets a throw-away copy: it changes nothing, waits
for no one and blocks no one.

Publishing waits for dbt's last event, CommandCompleted, instead of an on-run-end hook:
dbt's result includes tests, hooks and `run-operation`, and by then all work is done, so
the copy can be closed before it replaces the warehouse. An error there becomes dbt's
exit code.
"""

import atexit
import contextlib
import gc
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.cli.exceptions import ExceptionExit
from dbt.flags import get_flags
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.event_manager_client import add_callback_to_manager
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note
from dbt_common.exceptions import DbtRuntimeError

from common.stopping import end, end_when_stopped
from loaders.warehouse.publish import Refresh, WarehouseError, scratch_copy
from loaders.warehouse.schema import ensure_schema
from loaders.warehouse.sql import advice

_BUILDING_COMMANDS = {"build", "clone", "run", "run-operation", "seed", "snapshot"}


class Plugin(BasePlugin):
    """One dbt invocation on one copy of the warehouse."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        self._variable = plugin_config.get("warehouse_variable", "")
        self._copies = contextlib.ExitStack()
        self._refresh: Refresh | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        # A program that calls dbt handles signals itself.
        self._is_command = Path(sys.argv[0]).name == "dbt"
        if self._is_command:
            # On a full disk: no traceback for each line that dbt cannot log.
            logging.raiseExceptions = False
        self._answers_ctrl_c = False
        add_callback_to_manager(self._on_event)
        # dbt keeps what it knows of the project to the end, so the garbage collector
        # need not look through it each time.
        gc.freeze()

    def update_connection_config(
        self, creds: DuckDBCredentials, config: dict[str, Any]
    ) -> None:
        """Point dbt to a copy with the name of the profile's path, so that its catalog
        has that name.

        The warehouse itself may have any name: an environment variable gives it if the
        profile says so.
        """
        warehouse = os.environ.get(self._variable) or creds.path
        name = os.path.basename(creds.path)
        _refuse_docs_without_manifest()
        try:
            if _is_building():
                self._refresh = self._copies.enter_context(Refresh(warehouse, name))
                creds.path = self._refresh.path
            else:
                creds.path = self._copies.enter_context(scratch_copy(warehouse, name))
        except (WarehouseError, OSError) as error:
            raise DbtRuntimeError(_encodable(str(error))) from error
        # For an exit without the event; closing twice is harmless.
        atexit.register(self._discard)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Let every source() exist, even before the first load."""
        self._connection = conn
        ensure_schema(conn)

    def _on_event(self, event: EventMsg) -> None:
        if self._is_command and threading.current_thread() is threading.main_thread():
            self._answer_ctrl_c()
        if event.info.name != "CommandCompleted":
            return
        try:
            if self._refresh is not None:
                self._finish(self._refresh, event)
        finally:
            self._discard()

    def _answer_ctrl_c(self) -> None:
        """Avoid dbt's traceback on Ctrl-C.

        Runs at the first event in the main thread, because dbt creates plugins in
        another thread, where Python cannot set signal handlers.
        """
        if isinstance(sys.exception(), KeyboardInterrupt):
            end()
        if not self._answers_ctrl_c:
            end_when_stopped()
            self._answers_ctrl_c = True

    def _finish(self, refresh: Refresh, event: EventMsg) -> None:
        if not event.data.success:
            _say_unpublished(refresh, "see the failures above")
            return
        if event.data.command.endswith(" retry"):
            # What passed the first time was discarded with the rest.
            error = DbtRuntimeError(
                "dbt retry would publish half a build; run `dbt build` instead"
            )
            _say_unpublished(refresh, str(error))
            raise ExceptionExit(error)
        try:
            self._connection.execute("checkpoint")
            self._connection.close()
            refresh.publish()
        except (WarehouseError, OSError, duckdb.Error) as error:
            reason = str(error).removeprefix(f"{refresh.outcome}: ")
            if isinstance(error, duckdb.Error):
                reason = advice(error)
            _say_unpublished(refresh, reason)
            raise ExceptionExit(error) from error
        published = f"Published {_encodable(refresh.live)}"
        fire_event(Note(msg=published), level=EventLevel.INFO)

    def _discard(self) -> None:
        if self._connection is not None:
            # After Ctrl-C another thread may still use it, and DuckDB refuses then.
            with contextlib.suppress(duckdb.Error):
                self._connection.close()
        self._copies.close()
        gc.unfreeze()


def _is_building() -> bool:
    """Return whether the command's result is for readers."""
    flags = get_flags()
    return flags.WHICH in _BUILDING_COMMANDS and not getattr(flags, "EMPTY", False)


def _refuse_docs_without_manifest() -> None:
    flags = get_flags()
    if flags.WHICH == "generate" and not flags.WRITE_JSON:
        raise DbtRuntimeError(
            "dbt's docs read manifest.json, which this project writes only on request; "
            "run `dbt --write-json docs generate`"
        )


def _say_unpublished(refresh: Refresh, reason: str) -> None:
    what = _encodable(f"Not published, {refresh.outcome}: {reason}")
    fire_event(Note(msg=what), level=EventLevel.ERROR)


def _encodable(text: str) -> str:
    """Return a message as dbt takes it: the warehouse's name need not be UTF-8."""
    return text.encode(errors="backslashreplace").decode()
