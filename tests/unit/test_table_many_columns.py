"""Tables of many columns: what is made of them in another way is the same."""

import json
from pathlib import Path

import pytest

from loaders.contract.files import OpenFile, open_regular
from loaders.table import cells, opened, reader

VALUES = [
    *(1, 0, -0.0, 1.5, 1e-7, 1e300, 123456.789, 1e22, 12345678901234567890),
    *("x", "", "null", 'é"\\\n', "NaN", " ", "[", "{", None, True, False),
    *([], {}, [1, None], {"a": 1.0}, float("nan")),
]
NAMES = ["b", "a", "q\"uo'te", "sl/ash~1", "é", "", "p.q", "$.x", "0", "[0]"]


def read(path: Path) -> list[tuple]:
    found = []
    with open_regular(str(path)) as file:
        for batch in reader.read(OpenFile(file), path=str(path)):
            kept_back = [
                (entry.line, entry.reason_code, entry.record_excerpt)
                for entry in batch.quarantined
            ]
            found.append((batch.table.name, list(map(repr, batch.rows)), kept_back))
    return found


def test_many_columns_of_json_give_what_a_few_do(tmp_path, monkeypatch):
    records = [
        {"task": f"t{at}", "agent": "a", "score": 1}
        | {
            name: VALUES[(at + 3 * place) % len(VALUES)]
            for place, name in enumerate(NAMES)
            if (at + place) % 4
        }
        for at in range(len(VALUES))
    ]
    path = tmp_path / "x.jsonl"
    path.write_text(
        "\n".join(map(json.dumps, records)) + '\n[1]\n{"task":"n","agent":"a"}\n{"task"'
    )
    monkeypatch.setattr(cells, "_MANY", len(NAMES))
    found = read(path)
    assert sum(len(rows) for _, rows, _ in found[1:-1]) == len(VALUES) + 1
    attributes = '{"":"[","$.x":{},"[0]":"-0.0","a":"1.5","p.q":"true",'
    assert attributes in found[1][1][0]
    monkeypatch.setattr(cells, "_MANY", len(NAMES) - 1)
    assert read(path) == found


@pytest.mark.parametrize("names", [[f"c{at}" for at in range(150)], ["c"]])
def test_an_excerpt_of_many_columns_is_as_long_as_of_all(tmp_path, monkeypatch, names):
    path = tmp_path / "x.csv"
    cells_ = "".join(",1" for _ in names)
    head = ",".join(["task,agent,score", *names])
    path.write_text(f"{head}\nt,a,2{cells_}\nt2,a,1{cells_}\n")
    found = read(path)
    ((line, _, excerpt),) = [entry for *_, kept_back in found for entry in kept_back]
    whole = {"task": "t", "agent": "a", "score": "2"} | dict.fromkeys(names, "1")
    assert line == 1
    assert excerpt == json.dumps(whole, separators=(",", ":"))[:500]
    monkeypatch.setattr(opened, "EXCERPT_LENGTH", 5 * len(names) + 15)
    assert read(path) == found
