"""Tables of attempts: what each column is taken for, and what the user says."""

import json
from datetime import date

import pytest
from attempt_tables import HEADER, batches, options, read

from loaders.contract.files import OpenFile
from loaders.contract.records import FileRefused
from loaders.contract.table_options import TableOptions
from loaders.table import mapping, reader, user_options
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS, TABLE_FILES


def test_an_agent_that_is_not_named_is_made_of_what_is(tmp_path):
    content = "task,model,harness,effort,score\nt,m,h,high,1\nt,m,,,1\n"
    rows, _ = read(tmp_path / "x.csv", content)
    assert [row["agent"] for row in rows] == ["h m high", "m"]


def test_all_columns_that_may_tell_attempts_apart_do_so_together(tmp_path):
    content = "task,agent,score,epoch,run_id\nt,a,1,1,r\nt,a,1,1,s\nt,a,1,,s\n"
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [row["attempt"] for row in rows] == ["r/1", "s/1", "s/"]
    assert quarantined == []
    rows, _ = read(tmp_path / "x.csv", columns="attempt=epoch")
    assert [row["attempt"] for row in rows] == ["1", "1"]
    assert rows[0]["attributes"] == '{"run_id":"r"}'


def test_a_second_column_of_one_meaning_is_named(tmp_path):
    content = "task,agent,score,reward,passed,correct,cost\nt,a,1,0,1,1,2\n"
    first, *_ = batches(tmp_path / "x.csv", content)
    told = {name: looks_like for _, name, _, looks_like in first.rows if looks_like}
    assert told == {"reward": "score", "correct": "success"}
    # Who says which one it is, has seen the others.
    first, *_ = batches(tmp_path / "x.csv", columns="score=reward,success=correct")
    assert not any(looks_like for *_, looks_like in first.rows)


@pytest.mark.parametrize(
    ("name", "taken_for", "looks_like"),
    [
        ("Cost ($)", "cost_usd", None),
        ("cost [USD]", "cost_usd", None),
        ("Total Cost ($)", "cost_usd", None),
        ("Latency (s)", "latency_seconds", None),
        ("duration (ms)", "latency_ms", None),
        ("Human Time (minutes)", "human_minutes", None),
        ("cost (EUR)", "attributes", "cost_usd"),
        ("latency_minutes", "attributes", "latency_seconds"),
        ("time_s", "attributes", "latency_seconds"),
        ("sometimes", "attributes", None),
    ],
)
def test_a_unit_behind_a_name_is_read(tmp_path, name, taken_for, looks_like):
    first, *_ = batches(tmp_path / "x.csv", f"task,agent,score,{name}\nt,a,1,2\n")
    assert [row[1:] for row in first.rows if row[1] == name] == [
        (name, taken_for, looks_like)
    ]


def test_a_column_is_what_the_user_says(tmp_path):
    content = "question,agent,score,points\nq,a,0,1\n"
    told = "task_id=question,score=points,benchmark:=my set"
    ((row,), _) = read(tmp_path / "x.csv", content, columns=told)
    assert (row["task_id"], row["score"], row["benchmark"]) == ("q", 1.0, "my set")
    assert row["attributes"] == '{"score":"0"}'


def test_the_use_of_each_column_is_recorded(tmp_path):
    content = "Task,duration,model,reward,tempo\nt,1,m,1,x\n"
    first, *_, last = batches(tmp_path / "x.csv", content, source="mine")
    assert first.table is TABLE_COLUMNS
    assert first.rows == [
        (1, "Task", "task_id", None),
        (2, "model", "model", None),
        (3, "reward", "score", None),
        (4, "duration", "attributes", "latency_seconds"),
        (5, "tempo", "attributes", None),
    ]
    assert last.table is TABLE_FILES
    assert last.rows[0][1] == "mine"


@pytest.mark.parametrize(
    ("content", "told", "code", "words"),
    [
        ("tsk,agent,x\nt,a,1\n", {}, "unusable_columns", "a task or as a score"),
        # Columns that are used are not named, and those that are near come first.
        ("x,tsk,agent\n1,t,a\n", {}, "unusable_columns", "nearest are: tsk, x"),
        (
            "doc_id,model,task,acc_norm,acc\n0,m,arc,1,0\n",
            {},
            "unusable_columns",
            "as a score; the nearest are: acc, doc_id, acc_norm",
        ),
        (
            "instance_id,model_name_or_path,resolved\nt,m,True\n",
            {},
            "unusable_columns",
            "as an agent; the nearest are: model_name_or_path",
        ),
        (HEADER, {"columns": "task_id=taks"}, "unusable_columns", "nearest are: task"),
        (
            "x,y\n1,2\n",
            {"columns": "score=qq"},
            "unusable_columns",
            "nearest are: x, y",
        ),
        ("task,agent,score,score\nt,a,1,1\n", {}, "unusable_columns", "two columns"),
        (HEADER, {}, "empty_file", "no row"),
        ('task,agent,score\nt,a,1\nt,a,"1\n', {}, "syntax", ""),
        ('{"task": 1, "agent": ', {}, "syntax", "no line is a whole JSON obj"),
        ('[{"task": 1, "agent": ', {}, "syntax", "DuckDB"),
        (b"PAR1 and no more", {}, "syntax", "DuckDB"),
        (b"\xff\xfet\x00a", {}, "wrong_encoding", "UTF-16"),
        ("task,agent,score\nt,a,85\nu,a,1\nv,a,90\n", {}, "score_scale", "2 of 3"),
        ("task,agent,score,Score\nt,a,1,0\n", {}, "unusable_columns", "both be score"),
        ("task,agent,score\nt,a,-1\nu,a,1\nv,a,-1\n", {}, "score_scale", "are below 0"),
        (
            "task,agent,score," + ",".join(map(str, range(2_000))) + "\nt,a,1\n",
            {},
            "too_many_columns",
            "more than 2,000",
        ),
        (
            "".join(
                f'{{"task":"t","agent":"a","score":1,"{n}":1}}\n' for n in range(2_000)
            ),
            {},
            "too_many_columns",
            "more than 2,000",
        ),
        (b'{"task":"\xe9","agent":"a","score":1}', {}, "wrong_encoding", "UTF-8"),
        (b"task,agent,score,n\xe9\nt,a,1,1\n", {}, "wrong_encoding", "the header"),
        ("task,agent,score\nt,a,1".encode("utf-16-le"), {}, "wrong_encoding", "header"),
        ("[]", {}, "syntax", "its array holds no JSON object"),
        ('{"task": 1}{"task": 2}\n', {}, "syntax", "a whole JSON object"),
    ],
)
def test_a_table_that_is_in_doubt_is_refused(tmp_path, content, told, code, words):
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", content, **told)
    assert refused.value.reason_code == code
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("head", "fits"),
    [
        (HEADER, True),
        (HEADER.replace(",", "\t"), True),
        ('[{"task": 1, "model": "m", "passed": true}', True),
        ("task,agent\n", False),
        ("agent,score\n", False),
        ("score,task\n", False),
        ("{" * 100_000, False),
    ],
)
def test_the_usual_names_are_recognised(head, fits):
    assert reader.fits(head) is fits


def test_no_name_is_known_for_two_columns():
    names = [name for known in mapping.KNOWN.values() for name in known.split()]
    assert len(set(map(mapping.plain, names))) == len(names)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("taskid", "is not ours=theirs"),
        ("nothing=task", "nothing is not one of our columns"),
        ("scor=x", "did you mean score?"),
        ("score=x,Score=y", "score is duplicated"),
    ],
)
def test_what_the_user_says_is_checked(columns, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        options(columns)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("score: a\nscore: b\n", "a name is duplicated"),
        ("score: a\nScore: b\n", "score is duplicated"),
        ("model: {value: a, value: b}\n", "a name is duplicated"),
        ('task_id: a\nsource: "\\u200b"\n', "the source is empty"),
    ],
)
def test_a_mapping_file_does_not_contradict_itself(tmp_path, content, words):
    path = tmp_path / "mapping.yml"
    path.write_text(content)
    with pytest.raises(ValueError, match=words):
        user_options.with_mapping(TableOptions(), str(path))


def test_a_mapping_file_says_columns_constants_and_settings(tmp_path):
    path = tmp_path / "mapping.yml"
    path.write_text(
        "task_id: question\nbenchmark: {value: mine}\nattempt: [run, try]\n"
        "score_max: 10\nsource: lab\nstarted_at: {value: 2025-01-02}\n"
    )
    told = user_options.with_mapping(options("benchmark:=yours"), str(path))
    assert told.score_max == 10
    assert told.source == "lab"
    assert dict(told.columns) == {
        "task_id": "question",
        "benchmark": {"value": "yours"},
        "attempt": ["run", "try"],
        "started_at": {"value": date(2025, 1, 2)},
    }
    mapped = mapping.resolved(["question", "score", "model", "run", "try"], told, "x")
    assert mapped.written("started_at") == "=2025-01-02"
    for text, words in [
        ("- a", "is a list of"),
        ("task: x", "did you mean task_id"),
        ("score: {value: [1]}", "score is the name"),
        ("score_max: 0", "score_max is 0"),
        ("a: [", "cannot be read as YAML"),
        ("benchmark: {file: '('}", "benchmark is the name"),
        ("benchmark: {words_of: {column: a}}", "benchmark is the name"),
        ("benchmark: {words_of: {column: a, like: b}}", "benchmark is the name"),
    ]:
        path.write_text(text)
        with pytest.raises(ValueError, match=words):
            user_options.with_mapping(TableOptions(), str(path))
    with pytest.raises(ValueError, match="no such file"):
        user_options.with_mapping(TableOptions(), str(tmp_path / "none"))


@pytest.mark.parametrize("cost", ["1.5", "$1.5"], ids=["fast", "row by row"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_joined_columns_cannot_be_mistaken_for_others(tmp_path, form, cost):
    """`1/2` and `3` were one attempt with `1` and `2/3`."""
    told = [("1/2", "3"), ("1", "2/3"), ("1%2F2", "3"), ("1%", "2"), ("1", "")]
    content = "task,agent,score,run_id,epoch,cost_usd\n"
    content += "".join(f"t,a,1,{run},{epoch},{cost}\n" for run, epoch in told)
    if form == "jsonl":
        names, *rows = (line.split(",") for line in content.splitlines())
        content = "".join(
            json.dumps(dict(zip(names, row, strict=True)) | {"score": 1}) + "\n"
            for row in rows
        )
    found, kept_back = read(tmp_path / "x", content)
    assert kept_back == []
    assert [row["cost_usd"] for row in found] == [1.5] * 5
    assert [row["attempt"] for row in found] == [
        "1%2F2/3",
        "1/2/3",
        "1%252F2/3",
        "1%25/2",
        "1/",
    ]


def test_words_of_a_column_are_the_same_in_all_rows(tmp_path):
    told = tmp_path / "mapping.yml"
    told.write_text("benchmark: {words_of: {column: prompt, like: '^Set ([a-z]+)'}}")
    said = {"columns": user_options.with_mapping(TableOptions(), str(told)).columns}
    path = tmp_path / "x.csv"

    def benchmarks(*prompts: str) -> list[str]:
        rows = "".join(f"t,a,1,{prompt}\n" for prompt in prompts)
        path.write_text(f"task,agent,score,prompt\n{rows}")
        with path.open("rb") as file:
            found = reader.read(
                OpenFile(file), path=str(path), options=TableOptions(**said)
            )
            attempts = [each for each in found if each.table is TABLE_ATTEMPTS]
        return [row[2] for batch in attempts for row in batch.rows]

    assert benchmarks("Set sums: 1", "Set sums: 2", "") == ["sums"] * 3
    for prompts in (["Set a", "Set b"], ["a set", "a set"], ["Set a", "none"]):
        with pytest.raises(FileRefused, match="prompt has nothing like"):
            benchmarks(*prompts)


def test_a_column_of_metrics_is_suggested_even_if_there_is_a_benchmark(tmp_path):
    content = "Task\nID|dataset|metric|agent|score\nt|b|f1|a|1\n"
    quoted = content.replace("Task\nID", '"Task\nID"')
    found = batches(tmp_path / "x.csv", quoted)[0].rows
    assert [row[1:] for row in found] == [
        ("Task\nID", "task_id", None),
        ("agent", "agent", None),
        ("score", "score", None),
        ("dataset", "benchmark", None),
        ("metric", "attributes", "benchmark"),
    ]
