"""Data frames that would end the process, or lose a name or a value on the way."""

from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from loaders import frames, load_frame
from loaders.contract.records import WarehouseError

TASKS = {"task": ["t", "u"], "agent": ["a", "a"], "score": [1, 0]}


def held(values: list) -> pd.DataFrame:
    """Return a frame with a column of objects."""
    return pd.DataFrame(TASKS | {"x": pd.Series(values, dtype=object)})


def loaded(tmp_path, frame, column: str) -> list:
    db = tmp_path / "x.duckdb"
    assert load_frame(frame, "runs", db=db).status == "loaded"
    with duckdb.connect(str(db), read_only=True) as connection:
        found = connection.execute(
            f"select {column} from raw.table_attempts order by line"
        ).fetchall()
    return [value for (value,) in found]


def nested(levels: int) -> list:
    found: list = []
    for _ in range(levels - 1):
        found = [found]
    return found


def endless(kind: type) -> object:
    found: list = []
    inside = {"a": found} if kind is dict else (found,)
    found.append(inside)
    return inside


@pytest.mark.parametrize(
    "value",
    [nested(129), nested(100_000), endless(dict), endless(tuple)],
    ids=["129", "100,000", "a circle", "a circle of tuples"],
)
def test_a_value_without_an_end_is_refused(tmp_path, value):
    """DuckDB ended the process with a segmentation fault."""
    what = "the column 'x' nests more than 128 levels deep"
    with pytest.raises(ValueError, match=what):
        load_frame(held([value, []]), "runs", db=tmp_path / "x.duckdb")
    assert not (tmp_path / "x.duckdb").exists()


@pytest.mark.parametrize(
    "column", [{"a\0b": [1, 2]}, {"x": [{"a\0b": 1}] * 2}, {"x": [[[{"\0": 1}]]] * 2}]
)
def test_a_name_of_polars_with_nul_is_refused(tmp_path, column):
    """polars ended the process."""
    with pytest.raises(ValueError, match="has the character NUL"):
        load_frame(pl.DataFrame(TASKS | column), "runs", db=tmp_path / "x.duckdb")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(TASKS | {"": [1, 2]}),
        pd.DataFrame(TASKS | {None: [1, 2]}),
        pd.DataFrame(TASKS | {float("nan"): [1, 2]}),
        pd.DataFrame(TASKS | {"\u200b": [1, 2]}),
        pl.DataFrame(TASKS | {"": [1, 2]}),
        pl.DataFrame(TASKS | {"\u3164": [1, 2]}),
        pl.DataFrame(TASKS | {"": [1, 2]}).to_arrow(),
    ],
)
def test_a_column_without_a_name_is_called_by_its_position(tmp_path, frame):
    found = loaded(tmp_path, frame, "attributes")
    assert found == ['{"column 4":"1"}', '{"column 4":"2"}']


def test_a_name_may_be_the_text_nan(tmp_path):
    found = loaded(tmp_path, pd.DataFrame(TASKS | {"nan": [1, 2]}), "attributes")
    assert found == ['{"nan":"1"}', '{"nan":"2"}']


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{(1, 2): 3}, {}], ["{(1, 2): 3}", "{}"]),
        ([{"b", "a"}, set()], ['["a", "b"]', "[]"]),
        ([frozenset("cab"), 1], ['["a", "b", "c"]', "1"]),
        ([{"k": {2, 1}}, 1], ['{"k": [1, 2]}', "1"]),
        ([Decimal("1e-400"), Decimal("1" * 60)], ["1E-400", "1" * 60]),
        ([Decimal("1e-400"), Decimal("NaN")], ["1E-400", None]),
    ],
)
def test_objects_are_written_whole_and_in_one_order(tmp_path, values, expected):
    found = loaded(tmp_path, held(values), "attributes->>'x'")
    assert found == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.cut([1, 5], [0, 2, 6]), ["(0, 2]", "(2, 6]"]),
        (np.array([1.5, 2], dtype="longdouble"), ["1.5", "2.0"]),
    ],
    ids=["categories of intervals", "long double"],
)
def test_types_that_duckdb_does_not_know_are_text(tmp_path, values, expected):
    frame = pd.DataFrame(TASKS | {"x": values})
    assert loaded(tmp_path, frame, "attributes->>'x'") == expected


class Plain:
    """An object that Python shows by its address."""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([Plain(), None], "the column 'x' of the frame holds Python objects"),
        (["\ud800", 1], "the column 'x': .*surrogates not allowed"),
        ([10**5000, 1], "the column 'x': Exceeds the limit"),
    ],
)
def test_what_cannot_be_written_is_said_with_its_column(tmp_path, values, words):
    with pytest.raises(ValueError, match=words):
        load_frame(held(values), "runs", db=tmp_path / "x.duckdb")
    assert not (tmp_path / "x.duckdb").exists()


def test_two_levels_of_an_index_have_two_names(tmp_path):
    keys = pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=["z", "z"])
    frame = pd.DataFrame(TASKS, index=keys)
    with pytest.raises(ValueError, match="two columns of one name: 'z' and 'z'"):
        load_frame(frame, "runs", db=tmp_path / "x.duckdb")


def test_half_a_surrogate_pair_is_no_name_of_a_frame(tmp_path):
    with pytest.raises(ValueError, match="half a surrogate pair"):
        load_frame(pd.DataFrame(TASKS), "\ud800", db=tmp_path / "x.duckdb")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(TASKS | {"cost_usd": [1.5, -np.inf]}),
        pl.DataFrame(TASKS | {"cost_usd": [1.5, -np.inf]}),
        held([Decimal("1.5"), Decimal("-Infinity")]).rename(columns={"x": "cost_usd"}),
    ],
    ids=["pandas", "polars", "decimals"],
)
def test_an_infinite_number_is_called_so(tmp_path, frame):
    """It was called a text."""
    result = load_frame(frame, "runs", db=tmp_path / "x.duckdb")
    assert (result.loaded_count, result.quarantined_count) == (1, 1)
    (reason,) = result.reasons
    assert reason["reason_code"] == "not_finite"
    assert reason["detail"].startswith("cost_usd is -Infinity; ")


def test_a_full_disk_is_not_the_fault_of_the_frame(tmp_path, monkeypatch):
    def write(*_arguments):
        raise duckdb.IOException('Could not write file "x": No space left on device')

    monkeypatch.setattr(frames, "_write_pandas", write)
    with pytest.raises(WarehouseError, match=r"no room for the frame in .*TMPDIR"):
        load_frame(pd.DataFrame(TASKS), "runs", db=tmp_path / "x.duckdb")
    assert not (tmp_path / "x.duckdb").exists()
