"""Where a value of JSON is, by its byte."""

import pytest

from loaders.contract import json_object
from loaders.contract.files import OpenFile, open_regular
from loaders.contract.place import pointer_to


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ("?", ""),
        ('{"a": ?}', "/a"),
        ('{"a": 1, "b": ?}', "/b"),
        ('{"a": {"b": 1}, "c": [{}, [], ?]}', "/c/2"),
        ('{"a": [1, 2], "b": {"x/y~": [0, {"z": ?}]}}', "/b/x~1y~0/1/z"),
        (r'{"\"]": "},:[", "é\u00e9" : ?', "/éé"),
        ('[[1, 2], ["a", "b:", ?', "/1/2"),
        ('}]{"a": ?', "/a"),
    ],
)
def test_a_place_is_said_by_its_names(document, pointer):
    data = document.encode()
    assert pointer_to(memoryview(data), data.index(b"?")) == pointer


def test_a_place_far_in_is_the_document():
    data = b'{"a": "' + b"x" * 5_000_000 + b'", "b": ?'
    assert pointer_to(data, len(data) - 1) == ""


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("space", ["", " ", "  "])
def test_a_number_that_is_none_is_kept_back_as_it_is_written(tmp_path, number, space):
    path = tmp_path / "result.json"
    path.write_text(f'{{"a": 1, "b": {{"c":{space}{number}}}, "d": {number}}}')
    with open_regular(str(path)) as file:
        whole, (entry,) = json_object.entries(OpenFile(file))
    assert bytes(whole["d"]) == b"null"
    assert (entry.position, entry.record_excerpt) == ("/b/c", number)
    assert entry.reason_code == "not_finite"
    assert "2 times" in entry.detail
