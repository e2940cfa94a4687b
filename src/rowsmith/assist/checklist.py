"""The checklist: what has to be known of a dataset before it can be made, and how well each item is known.

An item is `known` only with evidence, a quote of the prompt or of what somebody said; `assumed` is a proposal that is still to be confirmed; all
else is `open`. What is unclear leaves it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rowsmith import content
from rowsmith.core.errors import NotFound, choose

State = Literal["known", "assumed", "open"]
FORMATS = ("jsonl", "csv")
FORMAT = "dataset_format"


class Evidence(BaseModel):
    """Words that show it, and where they stand: `prompt`, `turn 3`, or `brief`."""

    model_config = ConfigDict(frozen=True)

    source: str
    quote: str


class Item(BaseModel):
    """One item as it stands. An open one has no value."""

    model_config = ConfigDict(frozen=True)

    state: State = "open"
    value: str = ""
    evidence: tuple[Evidence, ...] = ()


Items = Mapping[str, Item]


class About(BaseModel):
    """What the checklist says of an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    ask: str
    example: str
    heading: str
    called: list[str]
    required: bool = False
    assumed: str = Field("", description="What is proposed from the beginning.")


CHECKLIST: Mapping[str, About] = {name: About(**said) for name, said in content.checklist().items()}
REQUIRED = tuple(name for name, about in CHECKLIST.items() if about.required)


def fresh() -> dict[str, Item]:
    """The items of a talk that has just begun."""
    return {name: Item(state="assumed", value=about.assumed) if about.assumed else Item() for name, about in CHECKLIST.items()}


def known(value: str, *evidence: Evidence) -> Item:
    """An item that somebody has said."""
    return Item(state="known", value=value, evidence=evidence)


def assumed(value: str, *evidence: Evidence) -> Item:
    """A proposal."""
    return Item(state="assumed", value=value, evidence=evidence)


def lacking(items: Items) -> list[str]:
    """The required items that are open."""
    return [name for name in REQUIRED if items[name].state == "open"]


def unconfirmed(items: Items) -> list[str]:
    """The items that are assumed."""
    return [name for name, item in items.items() if item.state == "assumed"]


def confirmed(items: Items, evidence: Evidence, names: list[str] | None = None) -> dict[str, Item]:
    """The items with assumed ones (those named, else all) known by what somebody said."""
    chosen = unconfirmed(items) if names is None else names
    return {
        name: known(item.value, *item.evidence, evidence) if item.state == "assumed" and name in chosen else item for name, item in items.items()
    }


def item_named(spoken: str) -> str:
    """The item that is meant by its name, its title, or another word for it; empty where none is."""
    wanted = " ".join(spoken.lower().replace("_", " ").split()).removeprefix("the ")
    for name, about in CHECKLIST.items():
        if wanted in (name.replace("_", " "), about.title.lower(), *about.called):
            return name
    return ""


def require_item(spoken: str) -> str:
    """The same.

    Raises:
        NotFound: none is meant.
    """
    if not (found := item_named(spoken)):
        raise NotFound(f"The checklist has no item {spoken!r}.", choose(spoken, list(CHECKLIST)))
    return found
