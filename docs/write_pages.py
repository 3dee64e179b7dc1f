"""`python docs/write_pages.py`: write the pages that are made from other files.

definitions.md and views.md come from the YAML and the SQL of the views, corrections.md
from CHANGELOG.md, seeds/corrections.csv and the checks of published figures.
"""

import csv
import re
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).parent
# In the order of the page, with the question that each folder answers.
FOLDERS = {
    "core": "what was tried",
    "actions": "do more actions mean failure?",
    "leaderboard": "who is best, at what price?",
    "inference": "how sure are we?",
    "quality": "what was loaded, what was refused, what is odd",
}
DEFINITIONS = """\
# Definitions

Every public view and column. Written by `python docs/write_pages.py` from the YAML
beside the views; change a definition there.

"""
VIEWS = """\
# Which view answers what?

Every public view by its question; `from views` says the same in the warehouse, with the
rows of each. Written by `python docs/write_pages.py` from the YAML and the SQL of the
views. What each column means: [definitions](definitions.md).

"""
CORRECTIONS = """\
# What we correct in the public studies, and why

Written by `python docs/write_pages.py`; change what it is made from. The studies are
named, and each number has its view, in
[published numbers](published.md#where-each-number-comes-from).

## Numbers that differ

From [CHANGELOG.md](../CHANGELOG.md).

{numbers}

## Wrong values in the sources

From [seeds/corrections.csv](../seeds/corrections.csv). `dbt build --vars
'apply_corrections: false'` reads the traces as their study does.

{values}

## How each published figure is checked

Each test runs on the study's own file, known by its hash, and checks the published value
and, where ours differs, ours as well.

{checks}
"""


def doc_blocks() -> dict[str, str]:
    """Return the definitions that several views share, by name."""
    text = (REPOSITORY / "models" / "_columns.md").read_text(encoding="utf-8")
    return dict(re.findall(r"{% docs (\w+) %}(.*?){% enddocs %}", text, re.DOTALL))


def project_vars() -> dict[str, Any]:
    """Return what the project's vars are by default."""
    text = (REPOSITORY / "dbt_project.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["vars"]


def definition(text: str, blocks: dict[str, str], settings: dict[str, Any]) -> str:
    """Return a description on one line, shared definitions and vars put in."""
    shared = re.sub(r"{{ doc\('(\w+)'\) }}", lambda match: blocks[match[1]], text)
    whole = re.sub(
        r"{{ var\('(\w+)'\) }}", lambda match: f"{settings[match[1]]:,}", shared
    )
    return " ".join(whole.split()).replace("|", r"\|")


def public_models(path: str) -> list[dict[str, Any]]:
    """Return what the YAML in a folder says of each public view, by name."""
    files = sorted((REPOSITORY / path).glob("*.yml"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    models = [model for text in texts for model in yaml.safe_load(text)["models"]]
    return [model for model in models if not model["name"].startswith("int_")]


def definitions() -> str:
    """Return the page of all views and columns."""
    blocks, settings = doc_blocks(), project_vars()
    parts = []
    for folder, question in FOLDERS.items():
        path = f"models/marts/{folder}"
        parts.append(f"## {folder}: {question}\n\nFrom [{path}/](../{path}).\n\n")
        for model in public_models(path):
            parts.append(f"### {model['name']}\n\n")
            parts.append(f"{definition(model['description'], blocks, settings)}\n\n")
            parts.append("| column | type | definition |\n|---|---|---|\n")
            parts += [
                f"| `{column['name']}` | {column['data_type']} "
                f"| {definition(column['description'], blocks, settings)} |\n"
                for column in model["columns"]
            ]
            parts.append("\n")
    return (DEFINITIONS + "".join(parts)).rstrip() + "\n"


def views() -> str:
    """Return the page of all views by the question that each answers."""
    parts = []
    for folder, question in FOLDERS.items():
        path = f"models/marts/{folder}"
        parts.append(f"## {folder}: {question}\n\n")
        parts.append("| question | view | a row is | key |\n|---|---|---|---|\n")
        parts += [
            f"| {model['config']['meta']['question']} "
            f"| [{model['name']}](definitions.md#{model['name']}) "
            f"| {grain(REPOSITORY / path / (model['name'] + '.sql'))} "
            f"| {key(model)} |\n"
            for model in public_models(path)
        ]
        parts.append("\n")
    return (VIEWS + "".join(parts)).rstrip() + "\n"


def grain(path: Path) -> str:
    """Return what one row of a view is, as its SQL says first."""
    said = re.match(r"Grain: (?:one row )?(.*?)(?:\.(?: |$)|$)", reason(path))
    return said[1].replace("|", r"\|")


def key(model: dict[str, Any]) -> str:
    """Return the columns that identify a row of a view."""
    (test,) = model["data_tests"]
    return ", ".join(f"`{name}`" for name in test["rules"]["arguments"]["key"])


def corrections() -> str:
    """Return the page of what we read differently from the studies."""
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    (numbers,) = re.findall(
        r"^\| number \| published \| ours \| why \|\n(?:\|.*\n)+",
        changelog,
        re.MULTILINE,
    )
    with open(REPOSITORY / "seeds" / "corrections.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = ["| what | column | published | corrected | why |\n|---|---|---|---|---|"]
    values += [
        f"| `{row['subject']}` | `{row['column_name']}` "
        f"| {row['published_value'] or 'null'} | {row['corrected_value'] or 'null'} "
        f"| {row['reason']} |"
        for row in rows
    ]
    checks = [
        f"- [{path.stem}](../tests/{path.name}): {reason(path)}"
        for path in sorted((REPOSITORY / "tests").glob("assert_published_*.sql"))
    ]
    return CORRECTIONS.format(
        numbers=numbers.strip(), values="\n".join(values), checks="\n".join(checks)
    )


def reason(sql: Path) -> str:
    """Return what a file of SQL says about itself in its first comment."""
    comment = re.match(r"(?:--.*\n)+", sql.read_text(encoding="utf-8"))
    return " ".join(comment[0].replace("--", " ").split())


PAGES = {
    "definitions.md": definitions,
    "views.md": views,
    "corrections.md": corrections,
}

if __name__ == "__main__":
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")
        print(f"docs/{name}")
