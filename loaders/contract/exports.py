"""Files of other programs that hold attempts without being a table of them."""

from collections.abc import Iterable
from typing import NamedTuple


class Export(NamedTuple):
    """A kind of file, known by its fields, and how to get a table from it."""

    fields: tuple[str, ...]
    what: str
    how: str


_SAMPLES = "run lm_eval with --log_samples and load its samples_*.jsonl"
# What SWE-bench did not submit, or could not apply, is no success.
_SWE_BENCH_ROWS = (
    "(.resolved_ids[] | {instance_id: ., resolved: true}), "
    "((.unresolved_ids + .empty_patch_ids + .incomplete_ids)[] "
    "| {instance_id: ., resolved: false}), "
    '(.error_ids[] | {instance_id: ., error: "no report"})'
)
_EXPORTS = (
    Export(
        ("agent_info", "user_info", "environment_info"),
        "the results of tau2-bench",
        "`jq -c '{run: .info} + .simulations[]' FILE > runs.jsonl` makes a table of them",
    ),
    Export(
        ("task_id", "trial", "reward_info", "termination_reason"),
        "a simulation of tau2-bench, without the agent that its results file names",
        "`jq -c --slurpfile all results.json '{run: $all[0].info} + .' simulations/*.json "
        "> runs.jsonl` makes a table of them",
    ),
    Export(
        ("resolved_ids", "unresolved_ids", "incomplete_ids", "error_ids"),
        "the report of a SWE-bench run",
        f"`jq -c '{_SWE_BENCH_ROWS}' FILE > runs.jsonl` makes a table of it, which "
        "--columns model:=NAME loads",
    ),
    Export(
        ("no_generation", "no_logs", "resolved"),
        "the results of a submission to SWE-bench, which do not name its failures",
        "load the report.json of each instance",
    ),
    Export(
        ("patch_successfully_applied", "resolved"),
        "SWE-bench's report of one instance",
        "`jq -c 'to_entries[] | {instance_id: .key} + .value' */report.json > runs.jsonl` "
        "makes a table of all, which --columns model:=NAME loads",
    ),
    Export(
        ("instance_id", "model_patch"),
        "predictions for SWE-bench, without verdicts",
        "load the report that its harness writes about them",
    ),
    Export(
        ("sample_id", "event_id", "type", "data"),
        "a log of OpenAI Evals",
        "`jq -c 'select(.type == \"match\") | {run_id, sample_id, success: .data.correct}' "
        "FILE > runs.jsonl` makes a table of it, which --columns model:=NAME loads",
    ),
    Export(
        ("instance_id", "train_trial_index", "predicted_text"),
        "predictions of HELM",
        "--columns score=stats.METRIC,attempt=train_trial_index,model:=NAME loads them",
    ),
    Export(
        ("instance_id", "train_trial_index", "stats"),
        "HELM's statistics of each instance",
        "load display_predictions.json, which `helm-summarize` writes beside it",
    ),
    Export(
        ("results", "configs", "n-shot"), "only the sums of lm-eval's run", _SAMPLES
    ),
    Export(
        ("columns", "data"),
        "a table whose rows are lists, as W&B, MLflow and pandas (split) write it",
        "`jq -c '.columns as $names | .data[] | [$names, .] | transpose | map({key: .[0], "
        "value: .[1]}) | from_entries' FILE > runs.jsonl` gives each row its names",
    ),
)


def advice(names: Iterable[str]) -> str | None:
    """Return what a file with these fields is, and how to get a table from it."""
    names = set(names)
    for export in _EXPORTS:
        if names.issuperset(export.fields):
            return f"it looks like {export.what}: {export.how}"
    return None
