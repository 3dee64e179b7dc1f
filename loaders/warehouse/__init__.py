"""The only writer of raw.*; what it writes is published in one step."""

from loaders.contract.records import FileManifest, LoadResult
from loaders.warehouse.publish import WarehouseBusy, WarehouseError
from loaders.warehouse.schema import ensure_schema
from loaders.warehouse.warehouse import Warehouse

__all__ = [
    "FileManifest",
    "LoadResult",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseError",
    "ensure_schema",
]
