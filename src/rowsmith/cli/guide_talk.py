"""How a guided talk looks in the terminal. All of it goes to the error stream, so that the output is for what comes of it."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from rowsmith.app.guide import Guide
    from rowsmith.app.guide_state import Sample, State

MARKS = {"known": "+", "assumed": "?", "open": "-"}
COLOURS = {"known": "green", "assumed": "yellow", "open": None}
LEAVE = ("quit", "exit", "bye", "leave")
HELP = {
    "checklist": "Answer in your own words. suggest: a proposal. next: leave it open. done: to the summary. change X to Y, add Z to X, show, quit.",
    "summary": "continue: make five samples. change X to Y, add Z to X, rows 200, suggest. brief: write it to a file; read: take it back. quit.",
    "samples": "continue: make all rows. edit 2 answer TEXT, keep 1 3, drop 1, again 2 (or all), change X to Y. "
    "note 2 TEXT, then refine: a better prompt. accept anyway. show, quit.",
}


def converse(talk: Guide, *, quiet: bool = False) -> int:
    """Ask until the dataset is made or the session is left; the exit code."""
    with leaving(talk):
        _wrapped(f"Session {talk.name}. Each turn is kept; leave it at any time, and go on with:", "", dim=True)
        _say(f"  rowsmith guide {talk.name}", dim=True)
        _go_on(talk)
        shown: State | None = None
        while talk.phase in HELP:
            _changed(talk, shown)
            _ask(talk, briefly=shown is not None and shown.phase == talk.phase)
            shown = talk.state
            said = _read()
            if said is None or said.strip().lower() in LEAVE:
                _leave(talk)
                return 0
            if said.strip():
                _one(talk, said)
    return tell_end(talk)


def _one(talk: Guide, said: str) -> None:
    """One reply; what cannot be done is told, and asked again."""
    from rowsmith.app.guide_replies import reply
    from rowsmith.cli.runs import Watched

    word = said.strip().lower()
    try:
        if word in ("show", "status"):
            return show(talk)
        if word in ("help", "?"):
            return _wrapped(HELP[talk.phase], "  ")
        if word == "brief" and talk.phase != "checklist":
            return _say(f"The brief is in {talk.write_brief()}. Edit it, and say read.")
        if word == "read" and talk.phase != "checklist":
            talk.read_brief(talk.path("brief"))
        else:
            before = talk.state.proposal
            with Watched() as watched:
                reply(talk, said, on_progress=watched.line, stopping=watched.stopping)
            if talk.state.proposal != before and talk.state.proposal and talk.state.proposal.verdict != "overruled":
                return _proposal(talk)
    except (Invalid, NotFound) as error:
        _wrong(error)
    except (Conflict, Unavailable) as error:
        if talk.phase not in HELP:
            raise
        _wrong(error)
    else:
        _told(talk)
    return None


def _go_on(talk: Guide) -> None:
    from rowsmith.cli.runs import Watched

    with Watched() as watched:
        talk.go_on(on_progress=watched.line, stopping=watched.stopping)
    _told(talk)


def _changed(talk: Guide, before: State | None) -> None:
    """Show what is not as it was when it was shown last: all of it where something else is asked, else the samples that changed."""
    if before is None or before.phase != talk.phase or (talk.phase == "summary" and before.whole != talk.brief):
        return show(talk)
    if talk.phase == "samples":
        for number, sample in enumerate(talk.samples, 1):
            if sample not in before.samples:
                _card(number, len(talk.samples), sample)
    return None


def show(talk: Guide) -> None:
    """Where it stands: the checklist, the brief or the samples."""
    if talk.phase == "samples":
        for number, sample in enumerate(talk.samples, 1):
            _card(number, len(talk.samples), sample)
        return
    _items(talk)
    _say("* needed", dim=True)
    if talk.phase != "checklist":
        _brief(talk)


def _items(talk: Guide) -> None:
    from rowsmith.assist.checklist import CHECKLIST

    _say()
    for name, item in talk.items.items():
        title = f"{MARKS[item.state]} {CHECKLIST[name].title}" + ("*" if CHECKLIST[name].required else "")
        _wrapped(f"{title}: {item.value or 'open'}" + (" (assumed)" if item.state == "assumed" else ""), "    ", COLOURS[item.state])
        for evidence in item.evidence[-1:]:
            if evidence.quote != item.value:
                _wrapped(f'{evidence.source}: "{_short(evidence.quote)}"', "      ", None, first="      ", dim=True)


def _brief(talk: Guide) -> None:
    brief = talk.brief
    for name, values in brief.attributes.items():
        _wrapped(f"Rows differ in {name.replace('_', ' ')}: {', '.join(values)}", "    ")
    if brief.edge_cases:
        _wrapped(f"Edge cases, {brief.edge_share:.0%} of the rows: {'; '.join(brief.edge_cases)}", "    ")
    _wrapped(f"{brief.rows:,} rows as {brief.format}, in {os.path.relpath(talk.path('data'))}", "    ")


def _card(number: int, of: int, sample: Sample) -> None:
    kept = " kept" + (", changed by hand" if sample.wrote else "") if sample.pinned else ""
    rule = f"-- {number}/{of}{kept} "
    _say("\n" + rule + "-" * max(0, min(_width(), 60) - len(rule)), bold=True)
    if sample.failed:
        _wrapped(f"none: {sample.failed}", "  ", "red")
    for name, text in (("input", sample.input), ("answer", sample.answer)):
        if text:
            _say(name, fg="cyan")
            for line in text.split("\n"):
                _wrapped(line, "  ", first="  ")
    for note in sample.notes:
        _wrapped(f"note: {note}", "  ", "yellow")


def _proposal(talk: Guide) -> None:
    """A change of the prompt: themes, diff, and both sides of the rows that differ."""
    found = talk.state.proposal
    if found is None:
        return
    for theme in found.themes:
        _wrapped(f"Theme {theme.name}: {'; '.join(theme.quotes)}", "    ", bold=True)
        weak = " (weak: it fails on your samples)" if theme.weak else ""
        _wrapped(f"detected by {theme.by}{': ' + theme.detector if theme.detector else ''}{weak}", "    ", first="  ", dim=True)
    for note in found.unassigned:
        _wrapped(f"In no theme: {note}", "    ", "yellow")
    for line in found.diff.splitlines():
        _say(line, fg={"-": "red", "+": "green"}.get(line[:1]))
    _wrapped(f"Why: {found.why}", "    ")
    for number, row in enumerate(found.rows, 1):
        _say(f"\n-- row {number} ", bold=True)
        for side, made, themes in (("old", row.old, row.old_themes), ("new", row.new, row.new_themes)):
            shows = f" ({', '.join(themes)})" if themes else " (fine)"
            _wrapped(f"{side}{shows}: {_short(' -> '.join((made or {}).values())) or 'nothing'}", "      ", "red" if themes or not made else "green")
    _wrapped(f"{found.said} The change is {found.verdict}.", "    ", "green" if found.verdict == "accepted" else "yellow", bold=True)
    for caution in found.cautions:
        _wrapped(caution, "    ", dim=True)
    if found.verdict in ("refused", "untested"):
        _wrapped("Take it all the same: accept anyway.", "    ")


def _ask(talk: Guide, *, briefly: bool) -> None:
    from rowsmith.assist.checklist import CHECKLIST, REQUIRED

    if talk.phase != "checklist":
        _say(f"\n{talk.question}", bold=True)
        return _wrapped("help: what can be said" if briefly else HELP[talk.phase], "  ", first="  ", dim=True)
    counts = {state: sum(item.state == state for item in talk.items.values()) for state in MARKS}
    done = sum(talk.items[name].state != "open" for name in REQUIRED)
    _say(f"\n[{done}/{len(REQUIRED)} needed; {', '.join(f'{n} {state}' for state, n in counts.items())}]", dim=True)
    item = talk.state.question
    _wrapped(talk.question, "  ", bold=True)
    if talk.items[item].state == "assumed":
        return _wrapped(f"Proposed: {talk.items[item].value} (yes, no, or something else)", "  ", "yellow", first="  ")
    return _wrapped(f"For example: {CHECKLIST[item].example}", "  ", first="  ", dim=True)


def _read() -> str | None:
    """A line from the terminal, or several that end in a backslash; None at its end."""
    lines: list[str] = []
    while True:
        sys.stderr.write("> " if not lines else "  ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return "\n".join(lines) if lines else None
        lines.append(line.rstrip("\n"))
        if not lines[-1].endswith("\\"):
            return "\n".join(lines)
        lines[-1] = lines[-1][:-1]


def _told(talk: Guide) -> None:
    for line in talk.state.told:
        _wrapped(line, "  ", "green")


@contextmanager
def leaving(talk: Guide) -> Iterator[None]:
    """Whoever leaves is told how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        _leave(talk)
        raise


def _leave(talk: Guide) -> None:
    _say()
    _wrapped(f"Session {talk.name} is kept as it stands. Go on with:", "")
    _say(f"  rowsmith guide {talk.name}")


def tell_end(talk: Guide) -> int:
    """What came of it, and the exit code."""
    made = talk.made
    if made is None:
        if talk.phase == "sampling":
            recipe, brief = talk.write_recipe(), talk.write_brief()
            _say()
            _wrapped(f"The brief is in {os.path.relpath(brief)}, the recipe in {os.path.relpath(recipe)}.", "", bold=True)
            _wrapped("Samples and rows need a model, and none is given. Go on with samples:", "")
            _say(f"  rowsmith guide {talk.name} --model provider/name")
            _say("Or make all rows at once:")
            _say(f"  rowsmith run {os.path.relpath(recipe)} --set model=provider/name")
        return 0
    from rowsmith.app.results import EXIT
    from rowsmith.cli.show import money

    wanted = talk.brief.rows
    colour = "green" if made.state == "finished" else "yellow"
    _say(f"\n{made.rows:,} of {wanted:,} rows", fg=colour, bold=True)
    if made.reason:
        _wrapped(made.reason, "  ", "yellow", first="  ")
    if made.version:
        _say(f"  dataset {made.dataset}, version {made.version[:12]}, in {os.path.relpath(made.path or '')}")
    _say(f"  recipe {os.path.relpath(talk.path('recipe'))}, prompt {talk.state.prompt_name}, cost {money(talk.state.cost)}")
    return EXIT.get(made.state, 1)


def _wrong(error: Exception) -> None:
    _wrapped(str(error).split("\n")[0], "  ", "red")
    for problem in getattr(error, "problems", ()):
        _wrapped(str(problem), "    ", "red", first="  ")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:97]}..."


def _width() -> int:
    return max(30, shutil.get_terminal_size((100, 24)).columns - 1)


def _wrapped(text: str, rest: str, colour: str | None = None, *, first: str = "", bold: bool = False, dim: bool = False) -> None:
    lines = textwrap.wrap(text, _width(), initial_indent=first, subsequent_indent=rest, break_long_words=True, replace_whitespace=False) or [first]
    _say("\n".join(lines), fg=colour, bold=bold, dim=dim)


def _say(text: str = "", *, fg: str | None = None, bold: bool = False, dim: bool = False) -> None:
    typer.secho(text, err=True, fg=fg, bold=bold or None, dim=dim or None)
