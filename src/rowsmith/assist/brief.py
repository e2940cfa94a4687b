"""The brief: what is to be made, as people read and change it. A YAML file that reads back the same.

    name: support
    rows: 50
    items:
      role_persona: A patient support agent
      task_goal: Answer complaints about bills
      constraints: null                 an item that is open
    assumed: [dataset_format]           proposals that nobody has confirmed
    attributes:                         in what the rows differ; each row has one value of each
      tone: [polite, angry]
    edge_cases: [two questions in one]
    edge_share: 0.2                     share of the rows that are edge cases
    rows_per_call: 1
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator

from rowsmith.assist.checklist import CHECKLIST, FORMAT, FORMATS, Evidence, Item, Items, assumed, known
from rowsmith.assist.words import unclear, variable
from rowsmith.core.errors import Invalid, Problem, choose
from rowsmith.engine.explain import explain, shown
from rowsmith.engine.yaml_text import parse
from rowsmith.engine.yaml_written import written

HEAD = (
    "# What the dataset is to be. Change it, and give it back: rowsmith guide {guide} --brief FILE\n"
    "# An item that is null is open. Those named under `assumed` are proposals; take a name out, and it is confirmed.\n"
)
RESERVED = ("more", "row", "count", "id", "scores", "origin", "examples", "input", "answer")
"""Names that an attribute cannot have: rows and prompts have something else of them."""


class Brief(BaseModel):
    """What is to be made. `items` map each item of the checklist to what is said of it, None where it is open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", max_length=200, description="What the dataset is called.")
    rows: PositiveInt = Field(50, description="Rows of the dataset.")
    items: dict[str, str | None] = Field(default_factory=dict, description="The checklist: what is said of each item; null where it is open.")
    assumed: list[str] = Field(default_factory=list, description="Items whose value is a proposal.")
    attributes: dict[str, Annotated[list[str], Field(min_length=2)]] = Field(
        default_factory=dict, description="In what the rows differ: names and their values. Each row has one value of each."
    )
    edge_cases: list[str] = Field(default_factory=list, description="Unusual or difficult inputs; every row that is an edge case has one.")
    edge_share: float = Field(0.2, ge=0, le=1, description="Share of the rows that are edge cases, where there are any.")
    rows_per_call: PositiveInt = Field(
        1, description="Rows asked in one call, at most as many as fit in an answer. They share their values of the attributes."
    )

    @field_validator("items", mode="before")
    @classmethod
    def _items_exist(cls, given: Any) -> Any:
        for name in given if isinstance(given, dict) else ():
            if name not in CHECKLIST:
                raise ValueError(f"the checklist has no item {name!r}. {choose(name, list(CHECKLIST))}")
        return given

    @field_validator("items")
    @classmethod
    def _file_is_known(cls, given: dict[str, str | None]) -> dict[str, str | None]:
        if (said := given.get(FORMAT)) is not None and said not in FORMATS:
            raise ValueError(f"{FORMAT} is {said!r}. {choose(said, FORMATS)}")
        return given

    @field_validator("attributes")
    @classmethod
    def _named(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, values in given.items():
            if variable(name) != name or name in RESERVED:
                raise ValueError(f"{name!r} cannot be the name of an attribute: use small letters, digits and _, and not {', '.join(RESERVED)}")
            if len(set(values)) < len(values) or not all(value.strip() for value in values):
                raise ValueError(f"the values of {name!r} are blank or the same")
        return given

    @property
    def format(self) -> Literal["jsonl", "csv"]:
        """The file that is wanted."""
        return "csv" if self.items.get(FORMAT) == "csv" else "jsonl"

    def dump(self) -> dict[str, Any]:
        """As plain data, in the order in which it is written."""
        return self.model_dump(mode="json")

    def checked(self) -> Brief:
        """The same, its values checked again after they were changed.

        Raises:
            Invalid: one does not fit.
        """
        try:
            return Brief.model_validate(self.dump())
        except ValidationError as error:
            said = error.errors()[0]
            raise Invalid(f"{'.'.join(map(str, said['loc']))}: {said['msg'].removeprefix('Value error, ')}.", "See docs/guide.md.") from None


def of_items(items: Items) -> dict[str, str | None]:
    """The items as a brief has them."""
    return {name: item.value or None for name, item in items.items()}


def items_of(brief: Brief, before: Items, source: str = "brief") -> dict[str, Item]:
    """The items that a brief tells of: those that it left as they were keep their evidence; those that it changed are known by its words, whose
    `source` is told. What is null, or says nothing, is open."""
    out = {}
    for name, old in before.items():
        if name not in brief.items:
            out[name] = old
            continue
        said = (brief.items[name] or "").strip()
        if unclear(said):
            out[name] = Item()
        elif name in brief.assumed:
            out[name] = old if old.state == "assumed" and old.value == said else assumed(said)
        elif old.state == "known" and old.value == said:
            out[name] = old
        else:
            out[name] = known(said, *(old.evidence if old.value == said else ()), Evidence(source=source, quote=said))
    return out


def dumps(brief: Brief, guide: str = "SESSION") -> str:
    """The brief as a file, such that `loads` gives the same."""
    return HEAD.format(guide=guide) + written(brief.dump())


def loads(text: str, file: str = "<brief>") -> Brief:
    """The brief in the text of a file.

    Raises:
        Invalid: with every problem, its line and fix.
    """
    data, lines, problems = parse(text, file)
    if not isinstance(data, dict):
        raise _invalid([lines.problem((), f"It holds {shown(data)[:40]}, not a brief.", "Write settings such as 'rows: 50', one a line.")])
    try:
        brief = Brief.model_validate(data)
    except ValidationError as error:
        raise _invalid([*problems, *explain(error, Brief, data, (), "the brief", lines)]) from None
    if problems:
        raise _invalid(problems)
    return brief


def _invalid(problems: list[Problem]) -> Invalid:
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Invalid(f"The brief has {count}.", "Nothing was changed.", problems)
