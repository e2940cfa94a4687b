"""The topics that a dataset is to be about (`rowsmith quality --topics`): where they are from, what they mean, and a recipe that fills the gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.quality_checks import EMBEDDED, EMBEDDINGS, Means
from rowsmith.app.quality_run import Watched, carried_out, names_dataset
from rowsmith.assist import brief
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.engine import recipe_file
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import parse
from rowsmith.engine.yaml_written import written
from rowsmith.steps.read.topics import of_file
from rowsmith.steps.topic_coverage import Asked
from rowsmith.steps.topic_coverage import Path as Topic
from rowsmith.steps.topic_tree import BETWEEN

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab
    from rowsmith.app.runs import Runs

EDGES = "edge cases"
MOST = 2000
"""Most topics that are looked for."""
ROWS = 1000
"""Most rows that a recipe for gaps asks for."""
_KEYS = {"items", "attributes", "edge_cases", "rows_per_call"}
"""A file with one of these is a brief."""
_PROMPT = """\
Write one row of a dataset about this topic: {{ path }}. A question or request as people really write it, and a good answer.
It is number {{ number }} of {{ of }} about this topic, of which no two are alike.
"""
_HEAD = """\
# Makes rows of the topics that {dataset} lacks. Change the prompt to the one that made the dataset, then:
#
#   rowsmith run {path} --set model=provider/name
#   rowsmith combine {into} {name} --into OTHER
"""


def asked(lab: Lab, project: str, spoken: str) -> Asked:
    """The topics of a dataset of the project (its columns `path` or `topic`), of a guided talk's brief, or of a file: a brief, a tree as YAML, or a
    topic on each line, those below one indented. Of a tree its leaves.

    Raises:
        NotFound: it is none of these. Invalid: it cannot be read, or names no topic.
    """
    if names_dataset(lab, project, spoken):
        found = _of_dataset(lab, project, spoken)
    elif (state := _talk(lab, project, spoken)) is not None:
        found = _of_brief(state, spoken)
    elif Path(spoken).is_file():
        found = _of_file(Path(spoken))
    else:
        raise NotFound(
            f"--topics {spoken} is no file, no dataset and no guided talk.", "Give a file with a topic on each line, or a brief (rowsmith guide)."
        )
    if not found.paths:
        raise Invalid(f"--topics {spoken} names no topic.", "Write a topic on each line.")
    if len(found.paths) > MOST:
        raise Invalid(f"--topics {spoken} names {len(found.paths):,} topics, more than {MOST:,}.", "Leave the lowest level out.")
    return found


def _talk(lab: Lab, project: str, spoken: str) -> brief.Brief | None:
    from rowsmith.app.guides import Guides

    guides = Guides(lab, project)
    return None if guides.named(spoken) is None else guides.get(spoken).state.brief


def _of_dataset(lab: Lab, project: str, spoken: str) -> Asked:
    from rowsmith.app.datasets import Datasets

    paths = dict[Topic, None]()
    for row in Datasets(lab, project).rows(spoken):
        given = row.data.get("path") or row.data.get("topic")
        if isinstance(given, str) and given:
            paths[tuple(given.split(BETWEEN))] = None
            if len(paths) > MOST:
                break
    if not paths:
        raise Invalid(f"No row of {spoken} has a column path or topic.", "Such rows come from read.topics and generate.topics.")
    return Asked(spoken, {"": list(paths)})


def _of_brief(said: brief.Brief, name: str) -> Asked:
    given = {**said.attributes, **({EDGES: said.edge_cases} if said.edge_cases else {})}
    return Asked(name, {one: [(one, value) for value in values] for one, values in given.items()}, subjects=False)


def _of_file(path: Path) -> Asked:
    text = read_text(path, "file of topics", "Give a text file with a topic on each line.")
    if path.suffix.lower() in (".yaml", ".yml"):
        data, _, _ = parse(text, str(path))
        if isinstance(data, dict) and _KEYS & data.keys():
            return _of_brief(brief.loads(text, str(path)), path.name)
    nodes = list(of_file(text.encode(), path.name))
    return Asked(path.name, {"": list(dict.fromkeys(node.path for node in nodes if node.leaf))})


def meanings(runs: Runs, wanted: Asked, means: Means, watched: Watched) -> Mapping[Topic, Sequence[float]]:
    """The embeddings of the topics: a run that commits nothing, as the checks are.

    Raises:
        NotDone: it stands still before its end. Invalid, NotFound, Unavailable: as any run.
    """
    rows = [{"text": BETWEEN.join(path), "topic": number} for number, path in enumerate(wanted.paths)]
    steps: list[dict[str, Any]] = [
        {"kind": "read.rows", "name": "topics", "rows": rows, "key": "topic"},
        {"kind": "transform.embed", "name": EMBEDDED, "into": EMBEDDED, "model": EMBEDDINGS},
    ]
    made = recipe_file.build({"name": "quality topics", "steps": steps, "models": {EMBEDDINGS: means.models()[EMBEDDINGS]}}, plugins=())
    done = carried_out(runs, made, watched)
    return {wanted.paths[row.data["topic"]]: row.data[EMBEDDED] for row in runs.rows(done.run)}


def lacking(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Topics that are thin or missing, and how many rows each lacks."""
    return [(one["topic"], max(1, ceil(one["wanted"]) - one["rows"])) for one in found["topics"] if one["state"] != "covered"]


def gaps(found: Mapping[str, Any], dataset: str, path: Path) -> str:
    """A recipe that makes the rows which topics lack, as the text of a file.

    Raises:
        Invalid: none lacks any.
    """
    if not (lack := lacking(found)):
        raise Invalid("No topic is thin or missing, so there are no gaps to fill.", "Leave --gaps out.")
    rows = [{"path": topic, "number": n + 1, "of": count} for topic, count in lack for n in range(count)][:ROWS]
    name = f"{Path(dataset).stem}-gaps"
    recipe = {
        "name": name, "description": f"Rows of the topics that {dataset} lacks.",
        "parameters": {"model": {"help": "provider/name"}, "base_url": {"optional": True, "help": "address of the model's server"}},
        "models": {"writer": {"model": "${model}", "base_url": "${base_url}"}},
        "steps": [
            {"kind": "read.rows", "rows": rows},
            {"kind": "generate.columns", "prompt": _PROMPT, "output": {"input": "string", "answer": "string"}},
            {"kind": "filter.near_duplicates", "columns": ["input"]},
        ],
    }  # fmt: skip
    into = dataset if Path(dataset).stem == dataset else "NAME"
    return _HEAD.format(dataset=dataset, path=path, name=name, into=into) + written(recipe)
