"""`make run` with names that a shell or make could take for something else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY

# What replaces each program: it says how it was called.
PROGRAM = """\
#!/bin/sh
printf '%s\\n' "${0##*/}|$EVALHOUSE_DB|$*" >> "$CALLS"
case "$*" in
*loaders*) exit "${LOADED:-0}" ;;
*"plots --out="*) mkdir -p -- "${3#--out=}" ;;
esac
"""
HOSTILE = """a 'b' "c" ; touch ran; `touch ran` $(shell touch ran) $$(touch ran) # d"""


@pytest.fixture
def make(tmp_path: Path):
    """Run make in a copy of the Makefile; return its end and what it has called."""
    shutil.copyfile(REPOSITORY / "Makefile", tmp_path / "Makefile")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "dbt", "duckdb"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    for stamp in ("installed", "developed"):
        (tmp_path / ".venv" / stamp).touch()
    calls = tmp_path / "calls"

    def run(*arguments: str, **environment: str):
        calls.write_text("")
        taken = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATA", "EVALHOUSE_DB", "MAKEFLAGS", "MAKELEVEL")
        }
        done = subprocess.run(
            ["make", "--no-print-directory", *arguments],
            check=False,
            cwd=tmp_path,
            env=taken | {"CALLS": str(calls)} | environment,
            capture_output=True,
            text=True,
        )
        return done, [line.split("|") for line in calls.read_text().splitlines()]

    return run


@pytest.mark.parametrize("is_exported", [False, True])
def test_a_name_is_taken_as_it_is_written(make, tmp_path, is_exported):
    names = {
        "DATA": f"data {HOSTILE}",
        "FIGURES": f"figures {HOSTILE}",
        "REPORT": f"report {HOSTILE}",
        "EVALHOUSE_DB": f"db {HOSTILE}",
    }
    if is_exported:
        done, calls = make("run", **names)
    else:
        # make itself reads $$ as $.
        escaped = [f"{name}={value}" for name, value in names.items()]
        done, calls = make("run", *escaped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "ran").exists()
    assert [call[1] for call in calls] == [names["EVALHOUSE_DB"]] * 4
    assert [call[2] for call in calls] == [
        f"-m loaders --require-loaded -- {names['DATA']}",
        "--quiet build --exclude-resource-type unit_test",
        f"-m plots --out={names['FIGURES']}",
        f"-m plots report --out={names['REPORT']}",
    ]
    assert f"figures    {tmp_path}/{names['FIGURES']}" in done.stdout


@pytest.mark.parametrize("name", ["-x", "--help", "-", r"a\nb\c"])
def test_a_name_may_be_that_of_an_option_or_of_an_escape(make, tmp_path, name):
    names = dict.fromkeys(("DATA", "FIGURES", "REPORT", "EVALHOUSE_DB"), name)
    done, calls = make("run", **names)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stderr.splitlines() if "find: " not in line] == []
    assert [call[2] for call in calls] == [
        f"-m loaders --require-loaded -- {name}",
        "--quiet build --exclude-resource-type unit_test",
        f"-m plots --out={name}",
        f"-m plots report --out={name}",
    ]
    for kind in ("warehouse ", "figures   ", "report    "):
        assert f"{kind} {tmp_path}/{name}" in done.stdout
    assert f'-readonly "{name}"' in done.stdout


def test_the_sample_is_written_to_the_given_folder(make, tmp_path):
    done, calls = make("run", f"SAMPLE=s {HOSTILE}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "ran").exists()
    assert calls[0][2] == f"-m sample -- s {HOSTILE}"
    assert calls[1][2].startswith("-m loaders --require-loaded --note the runs of the ")
    assert calls[1][2].endswith(f" s {HOSTILE}")


def test_python_can_have_any_name(make, tmp_path):
    python = tmp_path / "my python; touch ran"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    (tmp_path / ".venv" / "installed").unlink()
    done, calls = make("run", f"PYTHON={python}")
    assert done.returncode == 2
    assert "evalhouse needs Python 3.11 to 3.13" in done.stdout + done.stderr
    assert calls == []
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "python",
    [
        "$(touch ran)",
        "`touch ran`",
        "$(shell touch ran)",
        "'; touch ran; '",
        '"; touch ran; "',
        "x\ntouch ran\n",
        "-c",
        "x || touch ran",
        "x # ",
        " ",
    ],
)
@pytest.mark.parametrize("is_exported", [False, True])
def test_what_is_no_python_is_not_run(make, tmp_path, python, is_exported):
    (tmp_path / ".venv" / "installed").unlink()
    if is_exported:
        done, calls = make("run", PYTHON=python)
    else:
        done, calls = make("run", f"PYTHON={python}")
    assert done.returncode == 2
    assert "name another, make PYTHON=python3.12" in done.stdout
    assert calls == []
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "name", ["a\nb", "a,b)", "$", "a$$b", "\\", "*", "~", " ", "%"]
)
def test_a_name_from_the_environment_is_taken_whole(make, tmp_path, name):
    values = ("DATA", "FIGURES", "REPORT", "EVALHOUSE_DB")
    done, _ = make("run", **dict.fromkeys(values, name))
    assert done.returncode == 0, done.stdout + done.stderr
    called = (tmp_path / "calls").read_text()
    assert called == "".join(
        f"{program}|{name}|{arguments}\n"
        for program, arguments in [
            ("python", f"-m loaders --require-loaded -- {name}"),
            ("dbt", "--quiet build --exclude-resource-type unit_test"),
            ("python", f"-m plots --out={name}"),
            ("python", f"-m plots report --out={name}"),
        ]
    )


@pytest.mark.parametrize("uv_ends_with", [0, 1])
def test_pip_installs_what_uv_cannot(make, tmp_path, uv_ends_with):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    uv = tmp_path / ".venv" / "bin" / "uv"
    uv.write_text(f"{PROGRAM}exit {uv_ends_with}\n")
    for program in (python, uv):
        program.chmod(0o755)
    (tmp_path / ".venv" / "installed").unlink()
    done, calls = make(".venv/installed", f"PYTHON={python}")
    assert done.returncode == 0, done.stdout + done.stderr
    locks = [(call[0], call[2].rpartition(" -r ")[2]) for call in calls]
    by_pip = [("python", "requirements.lock")] * uv_ends_with
    assert locks == [
        ("python", "requirements-uv.lock"),
        ("uv", "requirements.lock"),
        *by_pip,
    ]
    assert all("--require-hashes" in call[2] for call in calls)


@pytest.mark.parametrize(
    ("arguments", "environment", "warehouse"),
    [
        (["run"], {}, "sample.duckdb"),
        (["run", "DATA=runs.yaml"], {}, "evalhouse.duckdb"),
        (["run"], {"DATA": "runs.yaml"}, "evalhouse.duckdb"),
        (["run", "EVALHOUSE_DB=mine.duckdb"], {}, "mine.duckdb"),
        (["run"], {"EVALHOUSE_DB": "mine.duckdb"}, "mine.duckdb"),
        (["run", "DATA=x", "EVALHOUSE_DB=mine.duckdb"], {}, "mine.duckdb"),
        (["run"], {"EVALHOUSE_DB": ""}, "sample.duckdb"),
    ],
)
def test_the_sample_has_a_warehouse_of_its_own(make, arguments, environment, warehouse):
    done, calls = make(*arguments, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {call[1] for call in calls} == {warehouse}


@pytest.mark.parametrize(
    ("present", "warehouse"),
    [
        ([], "evalhouse.duckdb"),
        (["sample.duckdb"], "sample.duckdb"),
        (["evalhouse.duckdb", "sample.duckdb"], "evalhouse.duckdb"),
    ],
)
def test_other_commands_take_the_warehouse_that_is_there(
    make, tmp_path, present, warehouse
):
    for name in present:
        (tmp_path / name).touch()
    done, _ = make("help")
    assert f"(now {warehouse})" in done.stdout


@pytest.mark.parametrize(
    ("exit_code", "goes_on"), [("0", True), ("1", True), ("2", False)]
)
def test_run_goes_on_only_with_something_loaded(make, exit_code, goes_on):
    done, calls = make("run", "DATA=x", LOADED=exit_code)
    assert (done.returncode == 0) == goes_on
    assert any("build" in call[2] for call in calls) == goes_on
    assert ("nothing of yours is loaded" in done.stdout) != goes_on
