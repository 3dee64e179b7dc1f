"""What docs/operations.md and the Dockerfile say can be run."""

import json
import re
import shutil
import subprocess

import yaml
from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()
GATE = (REPOSITORY / "docs" / "gate.md").read_text()


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_scripts_are_shell(tmp_path):
    scripts = blocks("sh")
    assert len(scripts) > 4
    for number, script in enumerate(scripts):
        path = tmp_path / f"{number}.sh"
        path.write_text(script)
        run = subprocess.run(
            ["sh", "-n", str(path)], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr


def test_the_night_ends_with_what_the_loader_said(tmp_path):
    """Commands that only say their exit code take the place of the real ones."""
    (script,) = [text for text in blocks("sh") if "# /opt/evalhouse/nightly" in text]
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name in ("python", "dbt"):
        command = tmp_path / ".venv/bin" / name
        command.write_text(
            '#!/bin/sh\ncase "$2" in loaders) exit $LOADED;; plots) exit 0;; '
            "*) exit $BUILT;; esac\n"
        )
        command.chmod(0o755)
    nightly = tmp_path / "nightly"
    nightly.write_text(script.replace("cd /opt/evalhouse", f"cd {tmp_path}"))
    for loaded, built, code in ((0, 0, 0), (1, 0, 1), (2, 0, 2), (0, 1, 3), (1, 2, 3)):
        run = subprocess.run(
            ["sh", str(nightly)],
            env={"LOADED": str(loaded), "BUILT": str(built)},
            check=False,
        )
        assert run.returncode == code


def test_the_workflow_is_yaml_and_asks_what_there_is():
    (text,) = blocks("yaml", GATE)
    steps = yaml.safe_load(text)["jobs"]["compare"]["steps"]
    (compare,) = [step["run"] for step in steps if step.get("id") == "compare"]
    assert "python -m analyses compare release pr-" in compare
    assert "--markdown" in compare


def test_the_container_installs_what_make_installs():
    text = (REPOSITORY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert name == "." or list(REPOSITORY.glob(name)), name
    makefile = (REPOSITORY / "Makefile").read_text()
    assert "RUN make .venv/installed" in text
    # Every lock that the installation reads is copied before.
    locks = set(re.findall(r"requirements[\w-]*\.lock", makefile))
    assert all((REPOSITORY / name).exists() for name in locks)
    assert 'CMD ["make", "run", "DATA=/runs"]' in text


def test_the_steps_of_the_container_find_what_they_need(tmp_path):
    """No engine is here: make says what each step would run, in a folder that holds
    only what was copied before it."""
    text = (REPOSITORY / "Dockerfile").read_text().replace("\\\n", " ")
    steps = re.findall(r"^(COPY|RUN|CMD) (.+)$", text, re.MULTILINE)
    ran = []
    for kind, step in steps:
        if kind == "COPY":
            *names, _ = step.split()
            for name in names:
                for path in REPOSITORY.glob(name) if name != "." else ():
                    shutil.copy(path, tmp_path)
            is_whole = "." in names
            continue
        command = json.loads(step) if kind == "CMD" else step.split()
        if command[0] != "make":
            # What the image lacks: nothing else is installed by its package manager.
            assert re.findall(r"apt-get install .*?(\S+) +&&", step) == ["make"]
            continue
        folder = REPOSITORY if is_whole else tmp_path
        dry = subprocess.run(
            ["make", "--dry-run", "--always-make", *command[1:]],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
        )
        assert dry.returncode == 0, dry.stderr
        ran.append(dry.stdout)
    assert "requirements.lock" in ran[0]
    assert "python -m loaders" in ran[1]
    assert "dbt" in ran[1]
    # Of every file that the installation reads there is a copy.
    for lock in set(re.findall(r"requirements[\w-]*\.lock", ran[0])):
        assert (tmp_path / lock).exists()


def test_parquet_of_the_page_is_what_the_command_writes():
    assert "python -m loaders export parquet/" in PAGE
    assert "parquet/attempts.parquet" in blocks("python")[0]
