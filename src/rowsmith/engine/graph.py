"""The steps of a recipe as a graph: names, who takes whose rows, and what must hold so that every row has one way and one id."""

from __future__ import annotations

from collections.abc import Sequence

from rowsmith.core.errors import Problem, choose
from rowsmith.core.step import Step
from rowsmith.engine.yaml_text import Lines


def graph_problems(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    """What is wrong with names, sources and `from`."""
    return [*_names(steps, lines), *_sources(steps, lines), *_froms(steps, lines), *_branches(steps, lines)]


def takes(steps: Sequence[Step], position: int) -> list[int]:
    """Positions of the earlier steps whose rows the step takes; names that lead nowhere are left out."""
    step = steps[position]
    if step.shape == "source" or (position == 0 and step.from_ is None):
        return []
    if step.from_ is None:
        return [position - 1]
    titles = [other.title for other in steps[:position]]
    return [titles.index(name) for name in dict.fromkeys(from_names(step)) if name in titles]


def from_names(step: Step) -> list[str]:
    """The names in its `from`."""
    return [] if step.from_ is None else [step.from_] if isinstance(step.from_, str) else list(step.from_)


def _names(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    first: dict[str, int] = {}
    out = []
    for position, step in enumerate(steps):
        if (other := first.setdefault(step.title, position)) != position:
            what = f"Two steps are called {step.title!r}: numbers {other + 1} and {position + 1}."
            out.append(lines.problem(("steps", position), what, "Give one of them another name: 'name: ...'."))
    return out


def _sources(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    out = []
    if steps and steps[0].shape not in ("source", "unknown"):
        what = f"The recipe begins with {steps[0].title!r}, which needs rows to work on."
        out.append(lines.problem(("steps", 0), what, "Begin with a step that reads, such as read.files or read.rows."))
    for position, step in enumerate(steps):
        if step.shape == "source" and step.from_ is not None:
            out.append(lines.problem(("steps", position, "from"), f"{step.title!r} is where rows begin and takes none.", "Remove its 'from'."))
    return out


def _froms(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    out = []
    titles = [step.title for step in steps]
    for position, step in enumerate(steps):
        names = from_names(step)
        if step.from_ is not None and not names:
            out.append(lines.problem(("steps", position, "from"), f"The 'from' of {step.title!r} names no step.", "Name one, or remove it."))
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                what = f"{step.title!r} takes the rows of {name!r} twice."
                out.append(lines.problem(("steps", position, "from"), what, "Name it once."))
            if name not in titles[:position]:
                what, fix = _astray(steps, position, name)
                out.append(lines.problem(("steps", position, "from"), what, fix))
    return out


def _astray(steps: Sequence[Step], position: int, name: str) -> tuple[str, str]:
    """What is wrong with a name that is not that of an earlier step."""
    titles = [step.title for step in steps]
    title, earlier = titles[position], titles[:position]
    if name == title:
        return f"{title!r} takes its own rows.", f"A step takes the rows of an earlier one. {choose(name, earlier)}"
    if name not in titles:
        return f"{title!r} takes the rows of {name!r}, and no step has that name.", choose(name, earlier)
    if title in _ancestors(steps, titles.index(name)):
        what = f"{title!r} and {name!r} wait for each other: each takes rows that come from the other."
        return what, f"Let {title!r} take the rows of an earlier step."
    return f"{title!r} takes the rows of {name!r}, which comes later.", f"Move {name!r} before {title!r}."


def _ancestors(steps: Sequence[Step], position: int) -> set[str]:
    """Names of all steps whose rows reach the step, whatever their place in the list."""
    titles = [step.title for step in steps]
    seen: set[str] = set()
    ahead = [position]
    while ahead:
        at = ahead.pop()
        step = steps[at]
        names = from_names(step) or (titles[at - 1 : at] if step.shape != "source" else [])
        for name in names:
            if name in titles and name not in seen:
                seen.add(name)
                ahead.append(titles.index(name))
    return seen


def _branches(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    """Rows keep their id when they are passed on, so only one step may take them as they are; others must make rows of their own."""
    takers: dict[int, list[int]] = {}
    for position in range(len(steps)):
        for source in takes(steps, position):
            takers.setdefault(source, []).append(position)
    out = []
    for source, positions in takers.items():
        for position in positions:
            step = steps[position]
            if len(positions) > 1 and not step.makes and step.shape != "unknown":
                others = " and ".join(repr(steps[other].title) for other in positions if other != position)
                what = (
                    f"{step.title!r} and {others} take the rows of {steps[source].title!r}, and {step.title!r} passes rows on under their ids: "
                    "the same row would come out twice."
                )
                out.append(lines.problem(("steps", position), what, "Begin each branch with a step that makes rows (chunk.*, generate.*)."))
    return out


def idle_sources(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    """Sources that stand before another step and whose rows no step takes: of two in a row, the second alone feeds what follows."""
    taken = {source for position in range(len(steps)) for source in takes(steps, position)}
    out = []
    for position, step in enumerate(steps[:-1]):
        if step.shape == "source" and position not in taken:
            fix = f"Name it in the step that shall take them, for example: from: [{step.title}, {steps[position + 1].title}]."
            out.append(lines.problem(("steps", position), f"No step takes the rows of {step.title!r}.", fix))
    return out


def retry_problems(steps: Sequence[Step], lines: Lines) -> list[Problem]:
    """A critic sends a row's place back to an earlier asking step. The way there must not lead through a set step: its rows have been
    weighed against all others by then."""
    out = []
    for position, step in enumerate(steps):
        name = getattr(step, "retry_from", "")
        if isinstance(name, str) and name and (found := _retry(steps, position, name)):
            out.append(lines.problem(("steps", position, "retry_from"), *found))
    return out


def _retry(steps: Sequence[Step], position: int, name: str) -> tuple[str, str] | None:
    """What is wrong with sending rows back to the step called `name`, and the fix."""
    title = steps[position].title
    segment = _segment(steps, position)
    fitting = [steps[at].title for at in segment if steps[at].shape in ("asking", "unknown")]
    if name in fitting:
        return None
    fix = choose(name, fitting) if fitting else "Put a step that asks a model before it, such as generate.columns."
    there = {step.title: step for step in steps}
    if name not in there:
        return f"{title!r} sends rows back to {name!r}, and no step has that name.", fix
    if there[name].shape != "asking":
        return f"{title!r} sends rows back to {name!r}, which asks no model: it would give the same row again.", fix
    if name in _ancestors(steps, position):
        between = " and ".join(repr(step.title) for step in steps[:position] if step.shape == "set")
        return f"{title!r} sends rows back to {name!r}, and between them {between} sees all rows at once.", f"Put {title!r} before it. {fix}"
    return f"{title!r} sends rows back to {name!r}, which its rows do not come from.", fix


def _segment(steps: Sequence[Step], position: int) -> list[int]:
    """Positions of the steps that a row can have come through since the last set step."""
    found: list[int] = []
    ahead = takes(steps, position)
    while ahead:
        at = ahead.pop()
        if at not in found and steps[at].shape != "set":
            found.append(at)
            ahead += takes(steps, at)
    return sorted(found)
