"""Rules for the fields of Terminal-Bench files."""

import re

_RUN_OF_TRIAL = re.compile(r"\.[0-9]+-of-[0-9]+\.(?P<run_id>.+)", re.DOTALL)


def run_id_of(trial_name: str | None) -> str | None:
    """Return the run in a name such as `hello-world.1-of-5.my-run`."""
    found = _RUN_OF_TRIAL.search(trial_name or "")
    return found["run_id"] if found else None
