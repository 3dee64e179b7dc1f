"""The format of a file is told from its content."""

import json
from pathlib import Path

import pytest

from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.formats import FORMATS, HEAD_BYTES, recognise

FIXTURES = Path(__file__).parents[1] / "fixtures"
YAML = (FIXTURES / "metr_sample.yaml").read_text()
JSONL = (FIXTURES / "metr_horizon_sample.jsonl").read_text()
# A task of a HAL trace may look like a METR run.
TRACE = json.dumps(
    {
        "config": {"agent_name": "a", "benchmark_name": "gaia", "run_id": "r"},
        "results": {"task_id": "f/v", "score": 1, "action_count": 3, "agent": "a"},
    }
)
# A trial of Harbor whose agent was told what the config of a HAL trace tells.
TRIAL = json.dumps(
    {
        "task_name": "maze",
        "trial_name": "maze__a",
        "config": {"agent": {"kwargs": {"agent_name": "a", "benchmark_name": "gaia"}}},
        "agent_info": {"name": "walker"},
    }
)
FIELDS = '"action_count": 3, "agent": "a", "human_minutes": 2.5, "score": 1'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (YAML, "metr-yaml"),
        (YAML.replace("\n", "\r\n"), "metr-yaml"),
        (f'{{"f": {{"v": {{"1": {{{FIELDS}}}}}}}}}', "metr-yaml"),
        (f'{{\n "f": {{\n  "v": {{\n   "1": {{{FIELDS}}}}}}}}}', "metr-yaml"),
        (f"f: {{v: {{r: {{{FIELDS}}}}}}}", "metr-yaml"),
        ("\ufeff" + YAML, "metr-yaml"),
        (JSONL, "metr-jsonl"),
        ("\ufeff" + JSONL, "metr-jsonl"),
        ("\n\n" + JSONL, "metr-jsonl"),
        (JSONL.replace("\n", "\r\n"), "metr-jsonl"),
        (TRACE, "hal"),
        (json.dumps(json.loads(TRACE), indent=2), "hal"),
        ("\ufeff" + TRACE, "hal"),
        (TRIAL, "harbor"),
        (TRIAL[:-20], "harbor"),
        # Damage is for the reader to name.
        (TRACE[:300], "hal"),
        (TRACE.replace(",", ";"), "hal"),
        (YAML + "---\n" + YAML, "metr-yaml"),
        ("x: [\n" + YAML, "metr-yaml"),
        ("f: &x\n" + YAML, "metr-yaml"),
        (YAML.replace("    agent", "    agnt"), "metr-yaml"),
        ("{oops\n" + JSONL, "metr-jsonl"),
        (JSONL.splitlines()[0][:200], "metr-jsonl"),
        (JSONL.replace(",", ";"), "metr-jsonl"),
    ],
)
def test_content_is_recognised(content, name):
    assert name == recognise(content.encode()).name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_a_wrong_encoding_is_recognised_so_that_it_can_be_refused(encoding):
    module = recognise(("# é\n" + YAML).encode(encoding))
    assert module.name == "metr-yaml"


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"# score: 1\n  # action_count: 2\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"hello", "unknown_format"),
        (b"a,b\n1,2\n", "unknown_format"),
        (b'{"a": 1}', "unknown_format"),
        (b"agent: smith\nscore: 3\n", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n\0\0", "unknown_format"),
        (b"{" * 1_000_000, "unknown_format"),
        (b" " * 1_000_000 + b"x", "unknown_format"),
        (b"{ , " * 250_000, "unknown_format"),
    ],
)
def test_other_content_is_refused(content, reason_code):
    with pytest.raises(FileRefused) as refused:
        recognise(content)
    assert refused.value.reason_code == reason_code


def test_the_refusal_names_the_formats_and_the_way_to_force_one():
    with pytest.raises(FileRefused) as refused:
        recognise(b"hello")
    for name in [*FORMATS, "--format"]:
        assert name in refused.value.detail


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_what_the_loader_asks_of_it(name):
    format_ = FORMATS[name]
    assert name == format_.name
    assert format_.version >= 1
    assert callable(format_.reader.fits)
    assert callable(format_.reader.read)
    for table in format_.tables:
        assert table.columns[0].name in ("line", "pointer")
        assert set(table.key) <= set(table.types)


LONG = '"x": "' + "y" * 2_500_000 + '", '


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ('"trial_name": "t", "task_name": "u", "agent_info": {}', "harbor"),
        ('"n_total_trials": 1, "stats": {}', "harbor"),
        ('"task_id": "t", "is_resolved": true', "terminal-bench"),
        ('"results": [], "n_resolved": 0, "n_unresolved": 0', "terminal-bench"),
        ('"version": 2, "status": "success", "eval": {}', "inspect"),
        ('"config": {"benchmark_name": "b"}', "hal"),
        # A part of the trace looks like another format's.
        ('"y": [{"task_id": 1, "is_resolved": 1}], "config": {"agent_name": 1}', "hal"),
    ],
)
def test_names_behind_a_megabyte_of_others_are_found(tmp_path, fields, name):
    path = tmp_path / "x.json"
    path.write_text("{" + LONG + fields + "}")
    with open_regular(str(path)) as file:
        source = OpenFile(file)
        assert recognise(source.head(HEAD_BYTES), source).name == name


@pytest.mark.parametrize(
    ("fields", "is_data"),
    [('"task_id": 1, "score": 1', True), ('"task_id": 1, "note": "score"', False)],
)
def test_how_much_was_looked_at_is_said(tmp_path, fields, is_data):
    path = tmp_path / "x.json"
    path.write_text("{" + LONG + fields + "}")
    with open_regular(str(path)) as file:
        source = OpenFile(file)
        with pytest.raises(FileRefused) as refused:
            recognise(source.head(HEAD_BYTES), source)
    assert refused.value.reason_code == "unknown_format"
    assert refused.value.detail.startswith("the first 1,000,000 bytes are none of metr")
    assert "--format" in refused.value.detail
    assert refused.value.is_data == is_data
