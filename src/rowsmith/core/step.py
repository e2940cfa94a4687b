"""A Step is one verb on rows: one pydantic class whose fields are its settings.

The kind is the path: `filter.near_duplicates` is the class `NearDuplicates` in `steps/filter/near_duplicates.py`. From that class come
the YAML form, the command line's help, the JSON Schema and the docs page. There are four shapes; a step has exactly one:

    source   def read(self, ctx)          yields New or Bad          where rows begin
    row      def rows(self, row, ctx)     yields Row, New or Drop    on worker threads, in blocks; CPU work belongs here
    asking   async def rows(self, row, ctx)   returns a list of those    awaits ctx.ask(...) and ctx.embed(...)
    set      def all(self, new, kept, ctx)    yields Row or Dropped      a barrier: sees every row that came so far

A step either passes rows on (yields `Row`, same id) or makes rows (`makes = True`, yields `New`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

from rowsmith.core.models import ModelChoice
from rowsmith.core.row import Row
from rowsmith.core.rubric import Rubric


class _Mark:
    """A marker on a field's type; see the names below."""

    def __init__(self, name: str) -> None:
        self.name = name


PROMPT = _Mark("prompt")
MODEL = _Mark("model")
EMBEDDER = _Mark("embedder")
CLASSIFIER = _Mark("classifier")
TEMPLATED = _Mark("templated")
COLUMN = _Mark("column")
WHERE = _Mark("where")
PATHS = _Mark("paths")
FILE = _Mark("file")
DATASET = _Mark("dataset")
FORMAT = _Mark("format")
VARIED = _Mark("varied")
RUBRIC = _Mark("rubric")

PromptText = Annotated[str, PROMPT]
"""A prompt with `{{ variables }}`. Its variables are checked before the run and it is stored as a Prompt version."""
ModelRole = Annotated[ModelChoice, MODEL]
"""A role of the recipe's `models`, or roles with shares."""
EmbedderRole = Annotated[str, EMBEDDER]
"""A role of the recipe's `models` that gives embeddings. One, never shares: vectors of two models cannot be compared."""
ClassifierRole = Annotated[str, MODEL, CLASSIFIER]
"""A role of the recipe's `models` that scores texts by category (core.ports.Context.classify). One, never shares: scores of two models cannot be
compared."""
TemplatedRole = Annotated[ModelChoice, MODEL, TEMPLATED]
"""A role, or roles with shares, whose models write the user's turns: each needs a `template`."""
Column = Annotated[str, COLUMN]
"""The name of a column that must be there when the step is reached."""
FileColumn = Annotated[str, COLUMN, FILE]
"""The name of such a column that refers to images or sound, which are sent along: the model must take them."""
Where = Annotated[str, WHERE]
"""A boolean expression over the row (core.expressions)."""
InputPaths = Annotated[list[str], PATHS]
"""Files, folders or globs that the run reads; pinned by hash in the run's lock."""

DatasetName = Annotated[str, DATASET]
"""A dataset, `name` or `name@branch`, tag or version, that the run reads; pinned by its version in the run's lock."""
FormatName = Annotated[str, FORMAT]
"""A format that is built in, or of a plug-in; the step finds it by `ctx.format`."""

VariedValues = Annotated[dict[str, JsonValue], VARIED]
"""Attributes and their values; in a recipe a file or a prompt that has a name may bring them."""

RubricChoice = Annotated[Rubric, RUBRIC]
"""A rubric; in a recipe also the name of one, or the file that holds it."""


def setting(default: Any = ..., description: str = "", **more: Any) -> Any:
    """A field of a step whose value does not change what the rows say (where files are written, how many threads): it is left
    out of the run's identity."""
    return Field(default, description=description, json_schema_extra={"content": False}, **more)


def is_content(field: FieldInfo) -> bool:
    """Whether the field is part of a run's identity."""
    extra = field.json_schema_extra
    return not (isinstance(extra, dict) and extra.get("content") is False)


class Step(BaseModel):
    """One verb on rows. Subclass it, give fields with descriptions, and one of the four methods of the module's docstring."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: ClassVar[str] = ""
    """`verb.noun`. Derived from the module's path for the built-in ones; a plugin states it."""
    makes: ClassVar[bool] = False
    """Whether it makes rows (yields `New`) rather than passing them on."""
    reaches: ClassVar[str] = ""
    """The connector that fetches what the step reads; empty where its paths are files here, or addresses of files."""
    spent: ClassVar[frozenset[str]] = frozenset()
    """Why a set step drops rows of a group that has had all it takes: of the row that made them, none is asked for again."""
    chooses: ClassVar[bool] = False
    """Whether a set step chooses among rows, so that it needs more of them than it lets through: before it, none is held back for a target."""
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {}
    """Per prompt field: variables that the step itself supplies beside the row's columns, for example {"prompt": ("count",)}."""

    name: str = Field("", description="Name of the step, unique in the recipe. Default: its kind. Row ids derive from it.")
    from_: str | list[str] | None = Field(None, alias="from", description="Name of the step (or steps) whose rows it takes. Default: the one before.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" not in cls.__dict__ and (found := re.fullmatch(r"rowsmith\.steps\.([a-z_]+)\.([a-z_]+)", cls.__module__)):
            cls.kind = f"{found[1]}.{found[2]}"

    @property
    def title(self) -> str:
        """The step's name, or its kind when it has none."""
        return self.name or self.kind

    @property
    def shape(self) -> str:
        """`source`, `set`, `asking` or `row`."""
        from inspect import iscoroutinefunction

        if hasattr(self, "read"):
            return "source"
        if hasattr(self, "all"):
            return "set"
        return "asking" if iscoroutinefunction(getattr(self, "rows", None)) else "row"

    def shown_to(self) -> list[Any]:
        """The choices of models that see the images and sound that it names (FileColumn): all that it asks, unless it says otherwise."""
        return [choice for value in self.marked(MODEL).values() for choice in (value if isinstance(value, list) else [value])]

    @property
    def datasets(self) -> list[str]:
        """The datasets that it reads, as it calls them."""
        return [name for named in self.marked(DATASET).values() for name in ([named] if isinstance(named, str) else named)]

    @classmethod
    def fields_marked(cls, mark: _Mark) -> list[str]:
        """Names of the fields whose type carries the mark."""
        return list(_marked(cls, mark))

    def marked(self, mark: _Mark) -> dict[str, Any]:
        """The fields whose type carries the mark and that have a value: name -> value."""
        found = {name: getattr(self, name) for name in self.fields_marked(mark)}
        return {name: value for name, value in found.items() if value is not None and value != ""}

    @property
    def questions(self) -> int:
        """How many questions an asking step asks of one row of which nothing is known."""
        return 1

    def questions_of(self, row: Row) -> int:
        """How many it asks of this row."""
        return self.questions

    @property
    def gathers(self) -> Sequence[str]:
        """The columns in which rows are equal that a set step takes together. A target takes in all of a group or none, where its rows follow one
        another, or come of one row."""
        return ()

    @property
    def executes(self) -> bool:
        """Whether it carries out code that models or strangers wrote; the run says so."""
        return False

    def count(self, row: Row) -> int | None:
        """How many rows it asks of this one (asking steps that make rows), so that slots open before the call.

        None: not known beforehand; slots open as rows appear.
        """
        return 1 if self.makes and self.shape == "asking" else None

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The columns after the step, given those before it; None where they cannot be known without running.

        A row step that adds, renames or removes columns overrides this. Sources may look at the first record of their input.
        """
        return before if self.shape != "source" else None

    def input_files(self) -> dict[str, list[str]]:
        """The files here that it reads, as patterns, by the setting that names them. A run pins them."""
        return self.marked(PATHS)

    def together(self, files: Sequence[Path]) -> Mapping[Path, Sequence[Path]]:
        """Folders among these files, each with those of its files that are read as one; a run keeps them as one file, packed."""
        return {}

    def drawing(self) -> dict[str, Any]:
        """How the pages of the PDFs among its files are drawn when a run pins them (connectors.documents.pages); empty: they are not."""
        return {}

    def media(self) -> dict[str, list[str]]:
        """The columns that it makes of images or sound, and which of the two (`image`, `audio`) each may refer to."""
        return {}

    def check(self) -> list[str]:
        """What is wrong with the settings together, in the user's words, beyond what their types say. Called before anything is spent.

        May look at files (does the path exist?) but never at a model.
        """
        return []

    def asked(self) -> dict[str, Any]:
        """The settings of its connector (`reaches`)."""
        return {}

    @property
    def address(self) -> str:
        """What it reads outside (`reaches`), as people know it."""
        return ""

    def writes(self) -> list[str]:
        """Paths of the files that it leaves outside the home. One that is gone is written again by the same command."""
        return []

    def content(self) -> dict[str, Any]:
        """The settings that are part of a run's identity, with the kind and the name. Input paths are not: the files' hashes are."""
        chosen = {name for name, field in type(self).model_fields.items() if is_content(field) and not _carries(field, PATHS)}
        return {"kind": self.kind, **self.model_dump(mode="json", include=chosen, by_alias=True, exclude_defaults=True)}

    def settings(self) -> dict[str, Any]:
        """The step as a recipe writes it: the kind and every setting that differs from its default."""
        return {"kind": self.kind, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


@cache
def _marked(cls: type[Step], mark: _Mark) -> tuple[str, ...]:
    return tuple(name for name, field in cls.model_fields.items() if _carries(field, mark))


def _carries(field: FieldInfo, mark: _Mark) -> bool:
    return any(item is mark for item in field.metadata) or _within(field.annotation, mark)


def _within(annotation: Any, mark: _Mark) -> bool:
    from typing import get_args

    if any(item is mark for item in getattr(annotation, "__metadata__", ())):
        return True
    return any(_within(item, mark) for item in get_args(annotation))
