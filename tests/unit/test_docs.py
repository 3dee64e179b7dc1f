"""The pages in docs/ say what the views and the YAML say, and their links lead somewhere."""

import importlib.util
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from conftest import REPOSITORY

from loaders import __main__ as cli
from plots import FIGURES, FILE_STEMS
from plots.figure import Answer
from plots.gallery import answer, page, views_of
from plots.render import load_figure

DOCS = REPOSITORY / "docs"
TEXTS = sorted([*REPOSITORY.glob("*.md"), *DOCS.glob("*.md")])


def written_pages() -> dict[str, str]:
    """What `python docs/write_pages.py` would write, by file name."""
    spec = importlib.util.spec_from_file_location(
        "write_pages", DOCS / "write_pages.py"
    )
    write_pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write_pages)
    return {name: write() for name, write in write_pages.PAGES.items()}


@pytest.mark.parametrize("name", ["definitions.md", "views.md", "corrections.md"])
def test_written_pages_are_fresh(name):
    assert (DOCS / name).read_text() == written_pages()[name], (
        "write it again: python docs/write_pages.py"
    )


def test_every_shared_definition_is_put_in():
    text = written_pages()["definitions.md"]
    assert "{{" not in text
    assert "| `source` | varchar | The data set an attempt belongs to" in text


def anchors(page: Path) -> set[str]:
    """The headings of a page as a code host links to them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (text.parent / path).resolve() if path else text
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def test_every_page_is_in_the_index():
    index = (DOCS / "README.md").read_text()
    for path in DOCS.glob("*.md"):
        assert path.name == "README.md" or f"]({path.name})" in index, path.name


def test_the_longest_chain_of_models_is_the_one_described():
    parents = {
        path.stem: re.findall(r"ref\('(\w+)'\)", path.read_text())
        for path in REPOSITORY.glob("models/**/*.sql")
    }

    @cache
    def longest(model: str) -> list[str]:
        chains = [longest(parent) for parent in parents[model] if parent in parents]
        return [*max(chains, key=len, default=[]), model]

    section = (DOCS / "adding_a_view.md").read_text().split("## Why the longest ")[1]
    words = [name for name in re.findall(r"`(\w+)`", section) if name in parents]
    # Introduced by its ends; closed by the views at which others start.
    described = words[3:-3]
    assert len(described) == max(len(longest(model)) for model in parents)
    assert section.startswith(f"chain has {len(described)} models")
    for parent, model in pairwise(described):
        assert parent in parents[model], model


def test_every_figure_has_a_picture_and_all_are_small():
    pictures = {path.stem: path.stat().st_size for path in DOCS.glob("gallery/*.png")}
    assert sorted(pictures) == sorted(FILE_STEMS.values())
    assert sum(pictures.values()) < 4_000_000


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_answers_with_numbers(name, sample_views):
    text = answer(sample_views, name)
    assert re.search(r"\d", text)
    assert text.endswith(".")
    assert "None" not in text
    known = {
        view
        for (view,) in sample_views.execute(
            "select view_name from duckdb_views() union all select table_name from duckdb_tables()"
        ).fetchall()
    }
    assert views_of(name, known)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_owns_its_answer(name):
    assert isinstance(load_figure(name).ANSWER, Answer)
    assert "$source" in load_figure(name).ANSWER.query


def test_the_gallery_says_what_the_studies_views_say(real_views):
    assert (DOCS / "gallery.md").read_text() == page(real_views), (
        "write it again on the studies' data: python -m plots.gallery"
    )


@pytest.mark.parametrize(
    ("language", "suffix", "row_counts"),
    [
        ("yaml", "yaml", {"metr_runs": 2}),
        ("jsonl", "jsonl", {"metr_horizon_runs": 2}),
        (
            "json",
            "json",
            {
                "hal_evaluations": 1,
                "hal_task_results": 2,
                "hal_task_latencies": 2,
                "hal_token_usage": 1,
                "hal_model_calls": 1,
            },
        ),
    ],
)
def test_an_example_of_a_format_is_loaded_whole(language, suffix, row_counts, tmp_path):
    text = (DOCS / "formats.md").read_text()
    # Of several in JSON the first is a HAL trace; the others have tests of their own.
    example = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)[0]
    path, database = tmp_path / f"example.{suffix}", tmp_path / "x.duckdb"
    path.write_text(example)
    assert cli.main([str(path), "--db", str(database)]) == 0
    with duckdb.connect(database, read_only=True) as connection:
        found = {
            name: len(connection.sql(f"from raw.{name}").fetchall())
            for name in row_counts
        }
        assert found == row_counts
        assert connection.sql("from raw.hal_warnings").fetchall() == []
