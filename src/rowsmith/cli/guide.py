"""guide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, project

if TYPE_CHECKING:
    from rowsmith.app.guide import Guide
    from rowsmith.app.guide_replies import Replies
    from rowsmith.app.guides import Guides


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("guide")(guide)


def guide(
    session: Annotated[str | None, typer.Argument(metavar="[SESSION]", help="A session to go on with, by name or id. Default: a new one.")] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", metavar="FILE", help="An existing prompt that the dataset is for: a file, or a prompt of the project."),
    ] = None,
    brief: Annotated[Path | None, typer.Option("--brief", metavar="FILE", help="A brief (YAML) to begin or go on with.")] = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="Replies (YAML): nothing is asked. See docs/guide.md.")] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help="provider/name. Without one the checklist is a form.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the model's server. Default: the provider's.")] = None,
    rows: Annotated[int | None, typer.Option("--rows", metavar="N", min=1, help="Rows of the dataset. Default: 50.")] = None,
    name: Annotated[str, typer.Option("--name", metavar="DATASET", help="Of the dataset and the session; one of this name is gone on with.")] = "",
    format_: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="jsonl or csv.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File with the rows. Default: NAME.jsonl; brief and recipe lie beside it.")
    ] = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Most that the whole session may cost.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the sessions.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Say what you need, see five samples, correct them, and get a dataset of exactly that. Each turn is kept: a session can be left at any time."""
    from rowsmith.cli.show import print_json

    guides = project(home, in_project, make=not list_ and session is None).guides
    if list_:
        return _list(guides, as_json)
    replies = _replies(answers)
    given: dict[str, Any] = {"rows": rows, "format": format_, "model": model, "base_url": base_url, "budget_usd": budget, "output": output}
    talk = _begun(guides, session, name, prompt, brief, given, replies)
    end = _unattended(talk, replies) if replies is not None else _by_hand(talk, as_json)
    if as_json:
        print_json(talk.dump())
    raise typer.Exit(end)


def _list(guides: Guides, as_json: bool) -> None:
    from rowsmith.cli.show import print_json, table, when

    found = guides.list()
    if as_json:
        return print_json({"sessions": [one.dump() for one in found]})
    rows = [(one.guide, one.id, one.phase, one.known, one.assumed, one.open, one.turns, when(one.last_at), one.author) for one in found]
    return table(["session", "id", "at", "known", "assumed", "open", "turns", "last", "by"], rows)


def _replies(answers: Path | None) -> Replies | None:
    from rowsmith.app.guide_replies import load

    return None if answers is None else load(answers)


def _begun(
    guides: Guides, session: str | None, name: str, prompt: str | None, brief: Path | None, given: dict[str, Any], replies: Replies | None
) -> Guide:
    """The session that is meant: the one that is named, else the one that has the dataset's name, else a new one."""
    said = {} if replies is None else replies.settings
    given = {key: said.get(key) if value is None else value for key, value in given.items()}
    name, prompt, brief = name or said.get("name", ""), prompt or said.get("prompt"), brief or said.get("brief")
    found = session if session is not None else guides.named(name)
    if found is None:
        return guides.begin(name, prompt=prompt, brief=brief, **given)
    talk = guides.get(found)
    if session is not None:
        needs("a new session", {"--prompt": prompt if talk.state.reference is None else None}, "Leave out SESSION, or --prompt.")
    talk.take(**guides.settings(**given))
    if brief is not None and (replies is None or not talk.state.taken):
        talk.read_brief(brief)
    return talk


def _unattended(talk: Guide, replies: Replies) -> int:
    from rowsmith.app.guide_replies import unattended
    from rowsmith.cli.guide_talk import leaving, tell_end
    from rowsmith.cli.runs import Watched

    with leaving(talk), Watched() as watched:
        unattended(talk, replies, on_progress=watched.line, stopping=watched.stopping)
    return tell_end(talk)


def _by_hand(talk: Guide, as_json: bool) -> int:
    from rowsmith.cli.guide_talk import converse

    return converse(talk, quiet=as_json)
