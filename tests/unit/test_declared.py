"""Values are read as the tables declare them, and dbt knows what they declare."""

import pytest
import yaml

from loaders.contract import rules
from loaders.contract.columns import EXTRA, LINE, Column, RawTable
from loaders.contract.extract import row, take
from loaders.contract.records import RecordRefused
from loaders.declared import pages

TABLE = RawTable(
    "raw.things",
    ("name",),
    "One row per thing.",
    (
        LINE,
        Column("name", "varchar", "Its name.", path="id", rule=rules.identifier),
        Column(
            "grams", "double", "Its mass.", path="size/mass", null="Null if unknown."
        ),
        EXTRA,
    ),
)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_what_dbt_knows_of_the_raw_tables_is_fresh(path):
    assert path.read_text() == pages()[path], "write it: python -m loaders.declared"
    (source,) = yaml.safe_load(path.read_text())["sources"]
    assert source["name"] == "raw"


def test_a_row_is_what_the_paths_lead_to_and_the_rest_is_extra():
    record = {"id": "a", "size": {"mass": 2.5, "height": 3}, "red": True}
    values = (7, "a", 2.5, '{"size": {"height": 3}, "red": true}')
    assert row(TABLE, record, line=7) == values
    assert row(TABLE, {"id": "a"}, line=8) == (8, "a", None, None)
    # What leads through anything but an object leads nowhere.
    assert row(TABLE, {"id": "a", "size": 4}, line=9) == (9, "a", None, '{"size": 4}')


@pytest.mark.parametrize(
    ("record", "code"),
    [({}, "missing_field"), ({"id": None}, "null_field"), ({"id": 5}, "wrong_type")],
)
def test_a_column_that_is_never_null_needs_a_value_by_its_rule(record, code):
    before = dict(record)
    with pytest.raises(RecordRefused) as refused:
        row(TABLE, record, line=1)
    assert refused.value.reason_code == code
    assert record == before


def test_of_several_paths_the_first_with_a_value_counts():
    column = Column(
        "x", "double", "X.", path=("new", "old"), null="Null.", rule=rules.score
    )
    record = {"new": None, "old": 0.5}
    assert take(column, record) == 0.5
    assert record == {}
    # A value that breaks the rule is not passed over for a later one.
    with pytest.raises(RecordRefused, match="new is 3"):
        take(column, {"new": 3, "old": 0.5})


def test_a_copied_value_stays_and_a_described_column_says_all():
    column = Column("x", "double", "X.", "a/b", "metres", is_copied=True, null="Null.")
    record = {"a": {"b": 1}}
    assert take(column, record) == 1
    assert record == {"a": {"b": 1}}
    assert column.description == "X. Unit: metres. Null."
    assert TABLE.column("name").description == "Its name. Never null."
