"""Every hostile file again, each loaded by the command itself, twice."""

import pytest
from corpus.test_corpus import CASES, check, run_corpus


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "files"
    return run_corpus(folder, "--apart")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_command_meets_a_hostile_file(case, results):
    check(case, results[case.name])
    # Loading the same bytes again changes nothing.
    assert results[case.name]["is_same_again"]
