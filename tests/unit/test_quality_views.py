"""`load_report`, `quarantine` and `data_findings` on files that are partly wrong."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

MINI = "duet+4x4om_advisor_4om_gen@main"
# Every record here is wrong in its own way but the three good ones.
BAD = f"""\
alpha:
  one:
    'good': {{action_count: 0, agent: {MINI}, human_minutes: 5, score: 1}}
    'no_score': {{action_count: 3, agent: {MINI}, human_minutes: 5}}
    'high': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 1.5}}
    'text': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 'full'}}
    'negative': {{action_count: -3, agent: {MINI}, human_minutes: 5, score: 0}}
    'half': {{action_count: 2.5, agent: {MINI}, human_minutes: 5, score: 0}}
    'instant': {{action_count: 3, agent: {MINI}, human_minutes: 0, score: 0}}
    'twice': {{action_count: 3, action_count: 4, agent: {MINI}, human_minutes: 5}}
    'slower': {{action_count: 9, agent: {MINI}, human_minutes: 7.5, score: 0}}
  two:
    'stranger': {{action_count: 4, agent: homebrew@main, human_minutes: 5, score: 0.5}}
"""
REASONS = {
    4: "missing_field",
    5: "score_out_of_range",
    6: "wrong_type",
    7: "action_count_negative",
    8: "action_count_fractional",
    9: "human_minutes_not_positive",
    10: "duplicate_field",
}
# Two exports of the same runs: one run is in both, of one the score was changed.
FIRST = f"""\
beta:
  one:
    'same': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 0.25}}
    'clash': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 0.25}}
    'first': {{action_count: 4, agent: {MINI}, human_minutes: 5, score: 1}}
"""
SECOND = f"""\
beta:
  one:
    'same': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 0.25}}
    'clash': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 0.75}}
    'second': {{action_count: 5, agent: {MINI}, human_minutes: 5, score: 0}}
"""
# Inside one file: a copy, and two that disagree.
REPEATED = f"""\
gamma:
  one:
    'copy': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 1}}
    'copy': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 1}}
    'both': {{action_count: 3, agent: {MINI}, human_minutes: 5, score: 1}}
  two:
    'both': {{action_count: 9, agent: {MINI}, human_minutes: 5, score: 1}}
"""
# Cut off in the middle: none of it counts.
BROKEN = f"{REPEATED}    'cut': {{action_count: 3"
FILES = {
    "bad.yaml": BAD,
    "first.yaml": FIRST,
    "second.yaml": SECOND,
    "repeated.yaml": REPEATED,
    "broken.yaml": BROKEN,
}


@pytest.fixture(scope="module")
def views(
    warehouse_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a warehouse of `FILES`."""
    folder = tmp_path_factory.mktemp("quality")
    for name, text in FILES.items():
        folder.joinpath(name).write_text(text)
    with duckdb.connect(warehouse_of(folder), read_only=True) as connection:
        yield connection


def rows(views: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """Return the rows of a query."""
    return views.execute(query).fetchall()


def test_load_report_says_what_became_of_each_file(views: duckdb.DuckDBPyConnection):
    report = rows(
        views,
        """
        select split_part(path, '/', -1), status, record_count, loaded_count,
            quarantined_count
        from load_report order by path
        """,
    )
    assert report == [
        ("bad.yaml", "partly_loaded", 10, 3, 7),
        ("broken.yaml", "refused", None, 0, 0),
        ("first.yaml", "loaded", 3, 3, 0),
        ("repeated.yaml", "partly_loaded", 4, 1, 3),
        ("second.yaml", "loaded", 3, 3, 0),
    ]


def test_load_report_identifies_each_file(views: duckdb.DuckDBPyConnection):
    report = rows(
        views,
        """
        select split_part(path, '/', -1), file_id, format, sha256, size_bytes,
            loaded_at is not null
        from load_report
        """,
    )
    hashes = {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()
    }
    assert sorted(report) == [
        (name, hashes[name][:16], "metr-yaml", hashes[name], len(text.encode()), True)
        for name, text in sorted(FILES.items())
    ]


def test_every_record_is_loaded_or_quarantined(views: duckdb.DuckDBPyConnection):
    counts = rows(
        views,
        """
        select
            record_count, loaded_count, quarantined_count,
            (
                select count(*) from raw.metr_runs
                where metr_runs.file_id = load_report.file_id
            ),
            (
                select count(*) from quarantine
                where quarantine.file_id = load_report.file_id
            )
        from load_report where status <> 'refused'
        """,
    )
    assert len(counts) == 4
    for record_count, loaded_count, quarantined_count, loaded, refused in counts:
        assert record_count == loaded_count + quarantined_count
        assert loaded_count == loaded
        assert quarantined_count == refused


def test_quarantine_names_line_and_reason(views: duckdb.DuckDBPyConnection):
    found = rows(
        views,
        """
        select line, position, reason_code, record_excerpt
        from quarantine where path like '%/bad.yaml' order by line
        """,
    )
    assert {line: reason for line, _, reason, *_ in found} == REASONS
    lines = BAD.splitlines()
    for line, position, _, excerpt in found:
        assert position == str(line)
        assert excerpt.split(":")[0].strip("'\" ") in lines[line - 1]


def test_repeats_inside_a_file_are_settled(views: duckdb.DuckDBPyConnection):
    found = rows(
        views,
        """
        select line, reason_code from quarantine
        where path like '%/repeated.yaml' order by line
        """,
    )
    assert found == [
        (4, "duplicate_record"),
        (5, "conflicting_duplicate"),
        (7, "conflicting_duplicate"),
    ]


def test_a_refused_file_is_loaded_in_no_part(views: duckdb.DuckDBPyConnection):
    ((file_id, reason),) = rows(
        views,
        "select file_id, reason_code from quarantine where path like '%/broken.yaml'",
    )
    assert reason == "syntax"
    assert not rows(views, f"from raw.metr_runs where file_id = '{file_id}'")


def test_repeats_between_files_count_once_or_not_at_all(
    views: duckdb.DuckDBPyConnection,
):
    counted = rows(
        views,
        """
        select attempt_id, score from attempts
        where task_family = 'beta' order by attempt_id
        """,
    )
    assert counted == [("metr:first", 1), ("metr:same", 0.25), ("metr:second", 0)]


def test_findings_name_what_to_know_before_publishing(views: duckdb.DuckDBPyConnection):
    file_ids = dict(
        rows(views, "select split_part(path, '/', -1), file_id from load_report")
    )
    found = rows(views, "select finding_code, subject, severity from data_findings")
    refused = {
        ("quarantined_records", f"{file_ids['bad.yaml']}:{reason}", "error")
        for reason in REASONS.values()
    } | {
        ("quarantined_records", f"{file_ids['repeated.yaml']}:{reason}", "error")
        for reason in ("duplicate_record", "conflicting_duplicate")
    }
    assert sorted(found) == sorted(
        refused
        | {
            ("refused_file", file_ids["broken.yaml"], "error"),
            ("duplicate_attempt_id", "metr:same", "note"),
            ("conflicting_attempt_id", "metr:clash", "error"),
            ("unmapped_agent", "homebrew@main", "warning"),
            ("human_minutes_differs", "metr/alpha/one", "warning"),
        }
    )


def test_the_worst_finding_comes_first_with_what_to_do(
    views: duckdb.DuckDBPyConnection,
):
    found = rows(
        views,
        "select finding_code, what_to_do from data_findings order by finding_rank",
    )
    assert found[0] == (
        "refused_file",
        "Nothing was loaded from it: fix what the detail says and load it again.",
    )
    codes = list(dict.fromkeys(code for code, _ in found))
    assert codes[:3] == [
        "refused_file",
        "quarantined_records",
        "conflicting_attempt_id",
    ]
    assert all(what_to_do for _, what_to_do in found)


def test_every_finding_has_its_details(views: duckdb.DuckDBPyConnection):
    assert not rows(
        views, "from data_findings where source is null or coalesce(detail, '') = ''"
    )


def test_the_least_of_differing_human_minutes_counts(views: duckdb.DuckDBPyConnection):
    minutes = rows(views, "select human_minutes from tasks where task_id = 'alpha/one'")
    assert minutes == [(5,)]


def test_no_action_is_an_action_count(views: duckdb.DuckDBPyConnection):
    (row,) = rows(
        views,
        "select attempt_count from action_count_frequencies where action_count = 0",
    )
    assert row == (1,)


def test_a_column_that_was_not_used_is_a_finding(
    warehouse_of: Callable[..., Path], tmp_path: Path
):
    path = tmp_path / "table.csv"
    path.write_text("task,agent,score,reward\nt,a,1,0\n")
    with duckdb.connect(warehouse_of(path), read_only=True) as connection:
        found = rows(
            connection,
            "select subject, detail from data_findings "
            "where finding_code = 'unused_column'",
        )
        # Of its bytes and its name, which names the benchmark.
        ((file_id, sha256),) = rows(connection, "select file_id, sha256 from raw.files")
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file_id != sha256[:16]
    assert found == [
        (f"{file_id}:reward", f"{path}: reward stays an attribute; it may be score")
    ]
