"""Whole folders of runs and jobs: what belongs together, and what is a finding."""

import duckdb
import pytest
from run_folders import (
    harbor_config,
    harbor_job,
    harbor_trial,
    tb_metadata,
    tb_results,
    tb_trial,
    trajectory,
    written,
)

TIMEOUT = {"exception_type": "AgentTimeoutError"}
STEPS = [
    {"agent_result": {"n_input_tokens": 20, "n_output_tokens": 2, "cost_usd": 0.25}},
    {"agent_result": {"n_input_tokens": 30, "n_output_tokens": 3, "cost_usd": 0.5},
     "exception_info": {"exception_type": "ContextLengthExceededError"}},
]  # fmt: skip
ORACLE = {"name": "oracle", "version": "1.0.0", "model_info": None}


def write_terminal_bench(folder) -> None:
    # results.json without metadata, and the other way.
    written(folder / "nobody" / "results.json", tb_results(tb_trial(0, "nobody")))
    written(folder / "empty" / "run_metadata.json", tb_metadata("empty"))
    # The trials of two runs in one folder; one of them has its metadata elsewhere.
    mixed = [tb_trial(0, "a"), tb_trial(1, "a", is_resolved=False), tb_trial(0, "b")]
    written(folder / "a" / "results.json", tb_results(*mixed, accuracy=0.9))
    written(folder / "a" / "run_metadata.json", tb_metadata("a"))
    written(
        folder / "b" / "run_metadata.json",
        tb_metadata("b", model_name="claude-sonnet-4-20250514"),
    )
    # The same trial with another outcome, in another folder.
    again = tb_trial(1, "a")
    written(folder / "again" / "t" / "results.json", again)
    # A clock that went back, times without a zone, tokens that nobody can spend.
    odd = [
        tb_trial(0, "odd", agent_ended_at="2025-07-12T07:42:00+00:00"),
        tb_trial(
            1,
            "odd",
            agent_started_at="2025-07-12T07:00:00",
            agent_ended_at="2025-07-12T09:00:30+02:00",
        ),
        tb_trial(2, "odd", total_input_tokens=1e308),
        tb_trial(3, "odd", total_input_tokens=7, failure_mode="agent_timeout"),
    ]
    written(folder / "odd" / "results.json", tb_results(*odd))
    written(folder / "odd" / "run_metadata.json", tb_metadata("odd"))
    written(
        folder / "cut" / "results.json", '{"results": [{"is_resolved": true, "task_id"'
    )
    # Three submissions of an agent that names no model, and one of another.
    for number in range(3):
        run = f"droid-{number}"
        path = folder / f"2025092{number}_droid" / run
        metadata = tb_metadata(run, agent_name="droid", model_name=None)
        written(path / "run_metadata.json", metadata)
        written(path / "results.json", tb_results(tb_trial(0, run)))
    alone = tb_metadata("alone", agent_name="lead", model_name="")
    written(folder / "20250930_lead" / "alone" / "run_metadata.json", alone)
    written(
        folder / "20250930_lead" / "alone" / "results.json",
        tb_results(tb_trial(0, "alone")),
    )


def write_harbor(folder) -> None:
    one, two = folder / "one", folder / "two"
    written(one / "result.json", harbor_job("j1", 9, walker__m={"metrics": []}))
    trials = [
        harbor_trial(0, "j1", 1.0),
        harbor_trial(1, "j1", 0.25, exception_info=TIMEOUT),
        harbor_trial(2, "j1", 1.0, exception_info={"exception_type": "OddError"}),
        harbor_trial(3, "j1", 1.0, exception_info={"exception_type": "CancelledError"}),
        harbor_trial(4, "j1", 0.0, step_results=STEPS, agent_result=None),
        harbor_trial(5, "j1", verifier_result={"rewards": {"a": 1, "b": 0}}),
        harbor_trial(6, "j1", source=None, agent_info=ORACLE),
        harbor_trial(7, "j1", 7.5),
        # Of another job, in this one's folder, and of a changed task.
        harbor_trial(0, "j2", 1.0, task_checksum="other"),
        harbor_trial(9, "j3", 1.0, config={}),
    ]
    for at, trial in enumerate(trials):
        written(one / f"t{at}" / "result.json", trial)
    written(one / "t0" / "agent" / "trajectory.json", trajectory(11))
    written(one / "t0" / "agent" / "trajectory.summary.json", trajectory(100))
    for name, count in (("first", 4), ("second", 6)):
        path = one / "t4" / "steps" / name / "agent" / "trajectory.json"
        written(path, trajectory(count))
    written(one / "begun" / "config.json", harbor_config("j1", "begun"))
    # The same trial with another outcome; a clock that went back.
    written(
        two / "x" / "result.json", harbor_trial(1, "j1", 1.0, exception_info=TIMEOUT)
    )
    back = {"started_at": "2026-03-02T09:00:09Z", "finished_at": "2026-03-02T09:00:00"}
    written(two / "y" / "result.json", harbor_trial(1, "j2", agent_execution=back))


@pytest.fixture(scope="module")
def views(warehouse_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("folders")
    write_terminal_bench(folder / "tb")
    write_harbor(folder / "harbor")
    with duckdb.connect(warehouse_of(folder), read_only=True) as connection:
        yield connection


def test_a_trial_belongs_to_its_run_wherever_it_is(views):
    rows = views.sql(
        "select attempt_id, evaluation_id, agent from attempts "
        "where source = 'terminal_bench' order by 1"
    ).fetchall()
    sonnet = "hands/claude-sonnet-4-20250514"
    assert rows == [
        ("terminal_bench:a-0", "terminal_bench:uuid-a", sonnet),
        ("terminal_bench:alone-0", "terminal_bench:uuid-alone", "lead"),
        ("terminal_bench:b-0", "terminal_bench:uuid-b", sonnet),
        *(
            (
                f"terminal_bench:droid-{number}-0",
                f"terminal_bench:uuid-droid-{number}",
                f"droid (2025092{number}_droid)",
            )
            for number in range(3)
        ),
        (
            "terminal_bench:nobody-0",
            "terminal_bench:nobody",
            "unknown agent of run nobody",
        ),
        ("terminal_bench:odd-0", "terminal_bench:uuid-odd", sonnet),
        ("terminal_bench:odd-1", "terminal_bench:uuid-odd", sonnet),
        ("terminal_bench:odd-2", "terminal_bench:uuid-odd", sonnet),
        ("terminal_bench:odd-3", "terminal_bench:uuid-odd", sonnet),
    ]


def test_times_and_tokens_that_cannot_be_are_unknown(views):
    rows = views.sql(
        "select attempt_id, status, latency_seconds, input_tokens, output_tokens "
        "from attempts where attempt_id like 'terminal_bench:odd%' order by 1"
    ).fetchall()
    assert rows == [
        ("terminal_bench:odd-0", "scored", None, None, None),
        ("terminal_bench:odd-1", "scored", 30.0, None, None),
        ("terminal_bench:odd-2", "scored", 62.0, None, None),
        ("terminal_bench:odd-3", "timeout", 63.0, 7, 0),
    ]
    kept_back = views.sql(
        "select position, reason_code from quarantine where path like '%/odd/%'"
    ).fetchall()
    assert kept_back == [("/results/2/total_input_tokens", "value_too_large")]


def test_findings_about_runs(views):
    rows = views.sql(
        "select finding_code, regexp_replace(subject, '^[0-9a-f]{16}', 'FILE') "
        "from data_findings where source = 'terminal_bench' order by all"
    ).fetchall()
    assert rows == [
        *(("agent_named_by_folder", f"droid (2025092{n}_droid)") for n in range(3)),
        ("conflicting_attempt_id", "terminal_bench:a-1"),
        ("impossible_times", "FILE"),
        ("quarantined_records", "FILE:value_too_large"),
        ("refused_file", "FILE"),
        ("run_without_trials", "terminal_bench:uuid-empty"),
        ("several_model_names", "claude-sonnet-4-20250514"),
        ("trials_without_metadata", "terminal_bench:nobody"),
        *(("unmapped_agent", f"droid (2025092{n}_droid)") for n in range(3)),
        ("unmapped_agent", "lead"),
        ("unmapped_agent", "unknown agent of run nobody"),
    ]


def test_a_total_over_two_runs_is_reported_for_neither(views):
    reported = views.sql(
        "select evaluation_id from reported_metrics where source = 'terminal_bench' "
        "and evaluation_id in ('terminal_bench:uuid-a', 'terminal_bench:uuid-b')"
    ).fetchall()
    assert reported == []


def test_trials_of_a_job(views):
    rows = views.sql(
        "select attempt_id, evaluation_id, score, status, action_count, "
        "input_tokens, cost_usd, latency_seconds "
        "from attempts where source = 'harbor' order by 1"
    ).fetchall()
    walker = "walker/1/anthropic%2Fclaude-opus-4-5//mazes"
    oracle = "harbor:j1/oracle/1.0.0///adhoc"
    assert rows == [
        ("harbor:j1-0", f"harbor:j1/{walker}", 1.0, "scored", 11, 100, 0.5, 60.0),
        ("harbor:j1-2", f"harbor:j1/{walker}", 1.0, "error", 5, 102, 0.5, 62.0),
        ("harbor:j1-3", f"harbor:j1/{walker}", None, "unscored", 6, 103, 0.5, 63.0),
        ("harbor:j1-4", f"harbor:j1/{walker}", 0.0, "limit", 10, 50, 0.75, 64.0),
        ("harbor:j1-5", f"harbor:j1/{walker}", None, "unscored", 8, 105, 0.5, 65.0),
        ("harbor:j1-6", oracle, 1.0, "scored", 9, 106, 0.5, 66.0),
        ("harbor:j2-0", f"harbor:j2/{walker}", 1.0, "scored", 3, 100, 0.5, 60.0),
        ("harbor:j2-1", f"harbor:j2/{walker}", 1.0, "scored", 4, 101, 0.5, None),
        # It does not say its job, but its folder is in one.
        ("harbor:j3-9", f"harbor:j1/{walker}", 1.0, "scored", 12, 109, 0.5, 69.0),
    ]


def test_findings_about_jobs(views):
    rows = views.sql(
        "select finding_code, regexp_replace(subject, '^[0-9a-f]{16}', 'FILE'), detail "
        "from data_findings where source = 'harbor' order by 1, 2"
    ).fetchall()
    walker = "walker/1/anthropic%2Fclaude-opus-4-5//mazes"
    assert [row[:2] for row in rows] == [
        ("attempts_per_task_differ", "mazes"),
        ("conflicting_attempt_id", "harbor:j1-1"),
        ("errors_move_rate", "mazes/walker@1/claude-opus-4-5-20251101"),
        ("few_tasks", f"harbor:j2/{walker}"),
        ("impossible_times", "FILE"),
        ("invalid_reward", f"harbor:j1/{walker}"),
        ("refused_file", "FILE"),
        ("several_rewards", f"harbor:j1/{walker}"),
        ("task_checksum_differs", "mazes/task-0"),
        ("trials_missing", "FILE"),
        ("trials_without_result", "FILE"),
        ("unknown_exception", f"harbor:j1/{walker}"),
        ("unmapped_agent", "oracle@1.0.0"),
    ]
    details = {code: detail for code, _, detail in rows}
    assert details["trials_missing"] == (
        "job j1 was to run 9 trial(s), and the files have 8"
    )
    assert "score_out_of_range: reward is 7.5" in details["refused_file"]
