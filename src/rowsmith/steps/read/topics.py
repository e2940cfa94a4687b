"""Topic trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, JsonValue

from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.row import Bad, New
from rowsmith.core.step import InputPaths
from rowsmith.steps.licensed import Licensed
from rowsmith.steps.paths import known
from rowsmith.steps.topic_tree import BETWEEN, MOST, Node, indented, nodes

MAX_BYTES = 16 * 1024 * 1024


class Topics(Licensed):
    """Takes a topic tree and makes a row of each leaf: `topic`, its name, and `path`, the way to it, "Cooking > Baking > Bread".

        topics: {Cooking: [Grilling, {Baking: [Bread, Cakes]}], Gardening: []}

    Files are YAML written like that, or text with a topic on each line, those below one indented, with or without bullets. A topic that its parent
    has twice is a failed row (`duplicate`). For more levels, `generate.topics` asks a model.

    Origin: `source` {name, key}, the key being the path, and licence and terms where they are given.
    """

    topics: JsonValue = Field(None, description="The tree: topics in lists, and those that lie below one in a mapping.")
    paths: InputPaths = Field([], description="Files with trees, in place of `topics`: YAML, or indented text.")
    inner: bool = Field(False, description="Whether topics that have others below them are rows, too.")

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """The topics in the order in which they are written."""
        if self.topics is not None:
            yield from self._rows(nodes(self.topics), self.title)
        for path in ctx.paths(self.paths):
            source = ctx.input(path)
            yield from self._rows(of_file(source.path.read_bytes()[: MAX_BYTES + 1], source.name), source.name)

    def _rows(self, found: Iterator[Node], name: str) -> Iterator[New | Bad]:
        seen: set[tuple[str, ...]] = set()
        for node in found:
            path = BETWEEN.join(node.path)
            if node.path in seen:
                yield Bad("duplicate", f"{path!r} stands in the tree a second time.", name)
            elif node.leaf or self.inner:
                yield New({"topic": node.path[-1], "path": path}, {"source": self.licensed({"name": name, "key": path})}, key=path)
            seen.add(node.path)
            if len(seen) > MOST:
                raise Invalid(f"The topic tree {name!r} has more than {MOST:,} topics.", "Divide it.")

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """`topic` and `path`."""
        return frozenset({"topic", "path"})

    def check(self) -> list[str]:
        """No tree, two of them, or one that cannot be read."""
        if (self.topics is None) == (not self.paths):
            return ["Give topics or paths, one of them."]
        try:
            found = list(nodes(self.topics))
        except Invalid as error:
            return [str(error)]
        if not found and not self.paths:
            return ["The tree has no topics."]
        return [f"There is no file {pattern!r}. Check the path." for pattern in self.paths if known(pattern) == []]


def of_file(body: bytes, name: str) -> Iterator[Node]:
    """The topics of a file: YAML where its name says so, else indented lines.

    Raises:
        Invalid: it cannot be read as such.
    """
    if len(body) > MAX_BYTES:
        raise Invalid(f"The topic tree {name!r} is larger than {MAX_BYTES:,} bytes.", "Divide it.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"The topic tree {name!r} is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8.") from None
    try:
        yield from nodes(_yaml(text)) if name.lower().endswith((".yaml", ".yml")) else indented(text)
    except Invalid as error:
        raise Invalid(f"The topic tree {name!r}: {error.what}", error.fix) from None


def _yaml(text: str) -> Any:
    """All scalars as the text that stands there: a topic may be called No, or 1984."""
    import yaml

    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise Invalid(f"It is not YAML: {error}", "Write it like: {Cooking: [Baking, Grilling]}.") from None
