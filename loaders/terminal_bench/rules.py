"""Rules for the fields of Terminal-Bench files."""

import re

_RUN_OF_TRIAL = re.compile(r"\.[0-9]+-of-[0-9]+\.(?P<run_id>.+)", re.DOTALL)


def run_id_of(trial_name: str | None, task_id: str | None = None) -> str | None:
    """Return the run in a name such as `hello-world.1-of-5.my-run`.

    The name begins with the task, which may itself be called `fix.1-of-2.files`.
    """
    name = trial_name or ""
    is_after_task = task_id is not None and name.startswith(f"{task_id}.")
    start = len(task_id) if is_after_task else 0
    found = _RUN_OF_TRIAL.search(name, start)
    return found["run_id"] if found else None
