"""What a dataset lacks of the topics that it is to be about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Annotated, Any

from pydantic import Field, JsonValue

from rowsmith.core.errors import Invalid
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Bad, New, Row
from rowsmith.core.step import DatasetName, InputPaths, Step
from rowsmith.steps.paths import known
from rowsmith.steps.read.dataset import ReadDataset
from rowsmith.steps.read.topics import MAX_BYTES, of_file
from rowsmith.steps.seed_clusters import asked_and_answered
from rowsmith.steps.topic_coverage import Asked, topic_coverage
from rowsmith.steps.topic_tree import BETWEEN, nodes

MOST = 200
"""Most topics whose gaps are filled at once."""
BRIEF = {"name", "rows", "items", "assumed", "attributes", "edge_cases", "edge_share", "rows_per_call"}
"""What a brief may say (assist.brief)."""
LOOKED_AT = 1000
"""Rows of the dataset among which examples are drawn."""


class Gaps(Step):
    """Makes a row of each place that a dataset lacks of its topics: as many of each as it lacks, one of each in turn. What it lacks is told as
    `rowsmith quality --topics` tells it, by words: up to a third of an even share of the rows, or up to `enough` rows.

        - {kind: read.gaps, dataset: support, topics: {Returns: [Refunds, Exchanges], Delivery: []}}

    Topics are a tree (its leaves count), as in `read.topics`; a brief's `attributes` count by themselves, "tone > formal". The row has `topic`,
    `path`, `number` and `of` (which place of how many), `have` (rows that the dataset has of it), `there` (what some of these say) and `examples`,
    `shots` rows of the dataset as {question, answer}. Where no topic lacks a row, there is nothing to do, and the run says so. Of more than 200
    topics those that lack most come first; the same command over the filled dataset goes on.

    Origin: `source` {name, key} and `plan` {at, wanted, before}, from which `rowsmith coverage` tells what was filled.
    """

    dataset: DatasetName | None = Field(None, min_length=1, description="The dataset: name, name@branch, name@tag or name@version.")
    files: InputPaths = Field([], description="Instead: files, folders or globs with records.")
    topics: JsonValue = Field(None, description="The tree: topics in lists, and those that lie below one in a mapping.")
    paths: InputPaths = Field([], description="Files with trees, in place of `topics`: indented text, or YAML, also of a brief with `attributes`.")
    enough: Annotated[int, Field(ge=1)] | None = Field(None, description="Rows that each topic is to have. Default: a third of an even share.")
    shots: Annotated[int, Field(ge=0, le=20)] = Field(3, description="Rows of the dataset that each row is given as examples.")

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """The places that are to be filled.

        Raises:
            Invalid: no topic lacks a row, there are no topics, or a file cannot be read.
        """
        asked, rows = self._asked(ctx), list[Row]()
        for number, one in enumerate(self._source().read(ctx)):
            if isinstance(one, Bad):
                yield one
            else:
                rows.append(Row(str(number), b"", one.data))
        found: Any = topic_coverage(lambda: rows, asked, name=lambda row: row.id)
        lack = sorted(((self._lack(one), one) for one in found["topics"]), key=lambda pair: -pair[0])
        lacking = [(count, one) for count, one in lack if count > 0][:MOST]
        if not lacking:
            raise Invalid("No topic lacks a row, so there are no gaps to fill.", "Ask for more of each (`enough`), or name more topics.")
        plan = {"wanted": {one["topic"]: count for count, one in lacking}, "before": {one["topic"]: one["rows"] for _, one in lacking}}
        for number in range(1, lacking[0][0] + 1):
            for count, one in lacking:
                if number <= count:
                    yield self._place(one, number, count, rows, plan, asked.name)

    def _place(self, one: Mapping[str, Any], number: int, of: int, rows: list[Row], plan: Mapping[str, Any], name: str) -> New:
        path, key = one["topic"], f"{one['topic']} {number}"
        drawn = sorted(rows[:LOOKED_AT], key=lambda row: share(row.id, f"example {key}"))[: self.shots]
        data = {
            "topic": path.split(BETWEEN)[-1], "path": path, "number": number, "of": of, "have": one["rows"],
            "there": [example["text"] for example in one["examples"]],
            "examples": [dict(zip(("question", "answer"), asked_and_answered(row.data), strict=True)) for row in drawn],
        }  # fmt: skip
        return New(data, {"source": {"name": name, "key": key}, "plan": {"at": path, **plan}}, key=key)

    def _lack(self, one: Mapping[str, Any]) -> int:
        if self.enough is not None:
            return max(0, self.enough - int(one["rows"]))
        return 0 if one["state"] == "covered" else max(1, ceil(one["wanted"]) - int(one["rows"]))

    def _asked(self, ctx: Context) -> Asked:
        if self.topics is not None:
            return Asked(self.title, _dimensions(self.topics) or {"": [node.path for node in nodes(self.topics) if node.leaf]})
        found: dict[str, list[tuple[str, ...]]] = {}
        names = []
        for path in ctx.paths(self.paths):
            source = ctx.input(path)
            body = source.path.read_bytes()[: MAX_BYTES + 1]
            names.append(source.name)
            brief = _brief(body) if source.name.lower().endswith((".yaml", ".yml")) else {}
            for dimension, paths in (brief or {"": [node.path for node in of_file(body, source.name) if node.leaf]}).items():
                found[dimension] = list(dict.fromkeys([*found.get(dimension, []), *paths]))
        if not any(found.values()):
            raise Invalid(f"{', '.join(names)} names no topic.", "Write a topic on each line.")
        return Asked(", ".join(names), found, subjects=not any(found))

    def _source(self) -> ReadDataset:
        return ReadDataset(dataset=self.dataset) if self.dataset else ReadDataset(files=self.files)

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """What a place says."""
        return frozenset({"topic", "path", "number", "of", "have", "there", "examples"})

    def check(self) -> list[str]:
        """Neither or both of what can be read, or of what topics stand in; a tree that cannot be read."""
        if bool(self.dataset) == bool(self.files):
            return ["Give a dataset or files to read, one of them."]
        if (self.topics is None) == (not self.paths):
            return ["Give topics or paths, one of them."]
        problems = [f"There is no file {pattern!r}. Check the path." for pattern in self.paths if known(pattern) == []]
        try:
            empty = self.topics is not None and not _dimensions(self.topics) and not list(nodes(self.topics))
        except Invalid as error:
            return [str(error)]
        return [*problems, *(ReadDataset(files=self.files).check() if self.files else []), *(["The tree has no topics."] if empty else [])]


def _brief(body: bytes) -> dict[str, list[tuple[str, ...]]]:
    """The attributes of a brief; none where the file is a tree, or cannot be read, which the tree's reader says."""
    import yaml

    try:
        return _dimensions(yaml.load(body, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}


def _dimensions(said: Any) -> dict[str, list[tuple[str, ...]]]:
    """Each attribute of a brief with its values."""
    if not isinstance(said, dict) or not isinstance(said.get("attributes"), dict) or not said.keys() <= BRIEF:
        return {}
    given = {**said["attributes"], "edge cases": said.get("edge_cases")}
    return {str(name): [(str(name), str(value)) for value in values] for name, values in given.items() if isinstance(values, list)}
