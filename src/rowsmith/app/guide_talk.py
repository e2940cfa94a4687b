"""What a reply changes while the checklist is filled and the brief is looked over. By its words where they are plain; a model reads all else, where
there is one. Nothing is known of which nobody said so, and nothing is complete that is unclear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import ValidationError

from rowsmith.app.guide_state import State
from rowsmith.assist import asking, words
from rowsmith.assist.brief import Brief
from rowsmith.assist.checklist import CHECKLIST, FORMAT, REQUIRED, Evidence, Item, assumed, confirmed, known, lacking
from rowsmith.core.errors import Invalid, Unavailable

_SETTING = re.compile(r"^\s*(rows[_ ]per[_ ]call|rows|edge[_ ]share|name)\s*[:=]?\s+(\S.*?)\s*$|^\s*(\d[\d,]*)\s+rows\s*$", re.IGNORECASE)
NO_MODEL = "A proposal needs a model: --model provider/name."


class Ask(Protocol):
    """Asks the talk's model one question; what it answers. `name` says what for.

    Raises:
        Unavailable: it gave no answer that can be used.
    """

    def __call__(self, name: str, question: asking.Question) -> Mapping[str, Any]: ...


def hear(state: State, reply: str, source: str, ask: Ask | None) -> State:
    """The state after a reply. `source` names it in evidence (`turn 3`); `ask` is None without a model."""
    if changed := _setting(state, reply):
        return changed
    orders = words.orders(reply)
    bare = any(not order.item for order in orders)
    if orders and not (bare and ask):
        return _ordered(state, orders, reply, source)
    kind = words.kind(reply)
    if kind == "says":
        heard = _said(state, reply, source, ask)
        return _ordered(state, orders, reply, source) if bare and heard.items == state.items else heard
    return _answered(state, kind, reply, source, ask)


def analysed(state: State, ask: Ask) -> State:
    """The state with what the reference prompt tells of the items."""
    prompt = state.reference
    assert prompt is not None
    found = asking.read_analysis(prompt, ask("analysis", asking.analysis(prompt)))
    told = f"Read the prompt: it tells {len(found.items)} of {len(CHECKLIST)} items."
    left = f"Left open, as the words that were to show them do not stand in it: {', '.join(found.unproven)}." if found.unproven else ""
    return state.with_items(found.items).tell(told, left)


def with_dimensions(state: State, ask: Ask | None) -> State:
    """The state with attributes and edge cases in its brief: as they were written, else by a model."""
    if state.drawn:
        return state
    diversity, edges = (state.items[name].value for name in ("diversity_requirements", "edge_cases"))
    attributes = state.brief.attributes or words.dimensions(diversity)
    cases = state.brief.edge_cases or (words.parts(edges) if ";" in edges or "\n" in edges else [])
    if ask is not None and not (attributes and (cases or not edges)):
        try:
            more, found = asking.read_dimensions(ask("dimensions", asking.dimensions(state.items)))
            attributes, cases = attributes or more, cases or (found if edges else [])
        except Unavailable as error:
            state = state.tell(*state.told, f"The attributes of the rows were not worked out: {error.what} Write them into the brief.")
    cases = cases or ([edges] if edges else [])
    brief = state.brief.model_copy(update={"attributes": _safe(attributes), "edge_cases": cases})
    return state.but(brief=brief.checked(), drawn=True)


def with_settings(state: State, settings: Mapping[str, Any]) -> State:
    """The state with settings that were given as options."""
    brief = state.brief.model_copy(update={name: settings[name] for name in ("rows", "name") if name in settings})
    rest = {name: settings[name] for name in ("model", "budget_usd", "output") if name in settings}
    after = state.but(**rest, brief=brief)
    if said := settings.get("format"):
        after = after.with_items({FORMAT: known(said, Evidence(source="option", quote=said))})
    return settled(after)


def settled(state: State) -> State:
    """The state with the question that comes next: an item, or the summary."""
    item = state.question
    phase = "checklist" if item else "summary"
    return state.but(asked=item, phase=phase if state.phase in ("checklist", "summary") else state.phase)


def _safe(attributes: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Those whose names and values can stand in a brief."""
    kept: dict[str, list[str]] = {}
    for name, values in attributes.items():
        try:
            kept |= Brief(attributes={name: list(dict.fromkeys(values))}).attributes
        except ValidationError:
            continue
    return kept


# -- by words ---------------------------------------------------------------------------------------------------------------------------


def _setting(state: State, reply: str) -> State | None:
    """What `rows 200`, `200 rows`, `edge share 0.3`, `name support` change; None where the reply is none of these."""
    found = _SETTING.match(reply)
    if not found or "\n" in reply.strip() or (found[1] and found[1].lower() == "name" and state.phase == "checklist"):
        return None
    name, value = ("rows", found[3]) if found[3] else (found[1].lower().replace(" ", "_"), found[2])
    if name != "name" and not re.fullmatch(r"[\d,.]+", value):
        return None
    said = value if name == "name" else value.replace(",", "") if name != "edge_share" else value
    try:
        brief = Brief.model_validate({**state.brief.dump(), name: said})
    except ValidationError as error:
        raise Invalid(f"{name.replace('_', ' ')}: {error.errors()[0]['msg']}.", "Give another.") from None
    return state.but(brief=brief).tell(f"{name.replace('_', ' ')}: {said}")


def _ordered(state: State, orders: list[words.Order], reply: str, source: str) -> State:
    told = []
    for order in (order.on("constraints") for order in orders):
        name = order.item
        title, before = CHECKLIST[name].title, state.items[name]
        evidence = Evidence(source=source, quote=order.value if order.value in reply else reply)
        if order.act == "open" or words.unclear(order.value):
            state = state.with_items({name: Item()})
            told.append(f"{title} is open.")
            continue
        value = f"{before.value}; {order.value}" if order.act == "add" and before.value else order.value
        kept = before.evidence if order.act == "add" else ()
        state, problem = _put(state, name, value, (*kept, evidence), sure=not words.hedged(order.value))
        told.append(problem or f"{title}: {state.items[name].value}")
    drawn = state.drawn and not {"diversity_requirements", "edge_cases"} & {order.item for order in orders}
    brief = state.brief if drawn == state.drawn else state.brief.model_copy(update={"attributes": {}, "edge_cases": []})
    return settled(state.but(drawn=drawn, brief=brief, asked="")).tell(*told)


def _put(state: State, name: str, value: str, evidence: tuple[Evidence, ...], *, sure: bool) -> tuple[State, str]:
    """The state with an item said, and why it could not be."""
    if name == FORMAT and not (value := asking.file_format(value)):
        return state, "The file is JSONL or CSV; which of the two?"
    return state.with_items({name: (known if sure else assumed)(value, *evidence)}), ""


def _answered(state: State, kind: words.Kind, reply: str, source: str, ask: Ask | None) -> State:
    """A reply that says yes, passes over, asks for a proposal, or says nothing."""
    item = state.question
    if kind == "suggest":
        return _suggested(state, item, reply, ask)
    if kind == "unclear":
        return _unclear(state, item)
    if words.refuses(reply) and not item:
        return _unclear(state, item)
    if item and state.items[item].state == "assumed":  # the proposal that stands there
        if words.refuses(reply):
            return settled(state.with_items({item: Item()}).but(asked="")).tell(f"{CHECKLIST[item].title} is open.")
        agreed = confirmed(state.items, Evidence(source=source, quote=reply), [item])
        return settled(state.but(items=agreed, asked="")).tell(f"{CHECKLIST[item].title}: {agreed[item].value}")
    if missing := lacking(state.items):
        return settled(state.but(asked="")).tell(f"Still needed: {_titles(missing)}.")
    if not item:
        agreed = confirmed(state.items, Evidence(source=source, quote=reply))
        return state.but(items=agreed, phase="sampling", asked="").tell()
    passed = tuple(name for name in CHECKLIST if state.items[name].state == "open") if words.finishes(reply) else (item,)
    return settled(state.but(passed=(*state.passed, *passed), asked="")).tell()


def _unclear(state: State, item: str) -> State:
    if not item:
        return state.tell("Say what to change (change X to Y, add Z to X), or continue.")
    title = CHECKLIST[item].title
    if state.items[item].state == "assumed":
        return settled(state.but(passed=(*state.passed, item), asked="")).tell(f"{title} stays a proposal.")
    if item in REQUIRED:
        return settled(state).tell(f"{title} stays open, and it is needed. Say `suggest` for a proposal.")
    return settled(state.but(passed=(*state.passed, item), asked="")).tell(f"{title} stays open.")


def _suggested(state: State, item: str, reply: str, ask: Ask | None) -> State:
    """Proposals: for the item that is asked for, or for all that are open at the summary, and after `suggest the rest`."""
    if ask is None:
        return state.tell(NO_MODEL)
    wanted = [item] if item and "rest" not in reply.lower() else [name for name, one in state.items.items() if one.state == "open"]
    if not wanted:
        return state.tell("Nothing is open.")
    found = asking.read_suggestion(wanted, ask("suggestion", asking.suggestion(state.items, wanted)))
    if not found:
        return state.tell("No proposal came. Say it in your own words.")
    state = state.with_items(found).but(asked=item if wanted == [item] else "")
    return settled(state).tell(*(f"{CHECKLIST[name].title}, proposed: {one.value}" for name, one in found.items()))


# -- by a model -------------------------------------------------------------------------------------------------------------------------


def _said(state: State, reply: str, source: str, ask: Ask | None) -> State:
    item = state.question
    if ask is None:
        return _plainly(state, item, reply, source)
    question = CHECKLIST[item].ask if item else "Is the summary right, or what is to be changed?"
    try:
        taken = asking.read_turn(reply, ask("turn", asking.turn(reply, state.items, question)), source)
    except Unavailable as error:
        after = _plainly(state, item, reply, source)
        return after.tell(f"The reply was taken by its words alone: {error.what}", *after.told)
    if taken.kind != "says":
        return _answered(state, taken.kind, reply, source, ask)
    state = state.with_items(taken.items)
    if {"diversity_requirements", "edge_cases"} & taken.items.keys():
        state = state.but(drawn=False, brief=state.brief.model_copy(update={"attributes": {}, "edge_cases": []}))
    told = [f"{CHECKLIST[name].title}{', assumed' if one.state == 'assumed' else ''}: {one.value}" for name, one in taken.items.items()]
    asked = item if item and item in taken.items and state.items[item].state == "assumed" else ""
    return settled(state.but(asked=asked)).tell(*told)


def _plainly(state: State, item: str, reply: str, source: str) -> State:
    """Without a model a reply is what was asked for, as it stands."""
    if not item:
        return state.tell("Say what to change (change X to Y, add Z to X, rows 200), or continue.")
    state, problem = _put(state, item, reply.strip(), (Evidence(source=source, quote=reply.strip()),), sure=not words.hedged(reply))
    if problem:
        return state.tell(problem)
    if item in ("diversity_requirements", "edge_cases"):
        state = state.but(drawn=False)
    unsure = state.items[item].state == "assumed"
    told = f"{CHECKLIST[item].title}, as you are not certain, is a proposal. Say yes, or something else." if unsure else ""
    return settled(state.but(asked=item if unsure else "")).tell(told)


def _titles(names: list[str]) -> str:
    return ", ".join(CHECKLIST[name].title.lower() for name in names)
