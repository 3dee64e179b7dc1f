"""The rooms of the Python code: which may import which, without circles."""

import ast
from functools import cache
from pathlib import Path

import pytest
from conftest import REPOSITORY

PACKAGES = ("analyses", "common", "loaders", "plots", "sample")
# What each room of the loaders may import, besides itself.
SOURCES = {
    path.parent.name
    for path in REPOSITORY.glob("loaders/*/tables.py")
    if path.parent.name != "warehouse"
}
MAY_IMPORT = {
    "common": set(),
    "contract": set(),
    **{source: {"contract"} for source in sorted(SOURCES)},
    "formats": {"contract", *SOURCES},
    # It asks the formats for their tables.
    "warehouse": {"common", "contract", "formats"},
    "workers": {"common", "contract", "formats"},
    "inputs": {"contract"},
    "console": {"common", "contract", "table"},
    "queue": {"console", "contract", "inputs", "table", "warehouse", "workers"},
}
MOST_LINES = 500
# Sources that use DuckDB, as a parser.
PARSE_BY_DUCKDB = {"table"}


def modules() -> dict[str, Path]:
    """Return every module of the packages by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted(REPOSITORY.glob(f"{package}/**/*.py")):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports(tree: ast.AST) -> set[str]:
    """Return the dotted names that a module imports, wherever it does so."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where they lead"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                names.add(name if name in MODULES else node.module)
    return names


@cache
def imported_by(module: str) -> frozenset[str]:
    return frozenset(imports(ast.parse(MODULES[module].read_text())))


def room(module: str) -> str:
    """Return the room of a module: `hal` of loaders.hal.trace, `common`, ..."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "loaders" else package


LOADERS = [name for name in MODULES if room(name) in MAY_IMPORT]


@pytest.mark.parametrize("module", LOADERS)
def test_a_room_imports_only_what_it_may(module):
    reached = {
        room(name)
        for name in imported_by(module)
        if name.partition(".")[0] in PACKAGES and name in MODULES
    }
    assert reached - {room(module)} <= MAY_IMPORT[room(module)]


def test_there_are_several_sources():
    assert {"hal", "metr"} <= SOURCES


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_no_source_imports_another(source):
    for module in LOADERS:
        if room(module) == source:
            others = {room(name) for name in imported_by(module)} & SOURCES
            assert others <= {source}, module


def test_only_the_warehouse_and_a_parsing_source_use_duckdb():
    users = {
        room(module)
        for module in LOADERS
        if any(name.split(".")[0] == "duckdb" for name in imported_by(module))
        # Which opens a warehouse for reading, for plots too.
        and module != "common.warehouse"
    }
    assert users - PARSE_BY_DUCKDB == {"warehouse"}


def test_no_imports_are_circular():
    arrows = {
        module: {name for name in imported_by(module) if name in MODULES} - {module}
        for module in MODULES
    }
    # A package's own file repeats names of its modules.
    for module, path in MODULES.items():
        if path.name == "__init__.py":
            arrows[module] = set()
    while ends := [module for module, targets in arrows.items() if not targets]:
        for module in ends:
            del arrows[module]
        for targets in arrows.values():
            targets.difference_update(ends)
    assert arrows == {}


# To be split.
LONG = {"sample.hal", "plots.report.sections"}


@pytest.mark.parametrize("module", sorted(set(MODULES) - LONG))
def test_no_module_is_longer_than_one_can_read(module):
    assert len(MODULES[module].read_text().splitlines()) <= MOST_LINES
