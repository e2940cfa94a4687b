"""prompts: list, show, add, log, diff, fork, restore, tag, export. (test, lint and infer are in cli.prompt_trials, refine in cli.refining.)"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, needs, one_of, project
from rowsmith.cli.prompt_trials import infer, lint, try_
from rowsmith.cli.refining import refine

if TYPE_CHECKING:
    from rowsmith.app.prompts import Kept

Name = Annotated[str, typer.Argument(metavar="NAME", help="A prompt.")]
Spoken = Annotated[str, typer.Argument(metavar="PROMPT", help="A prompt (its newest version), or prompt@tag or version.")]
Message = Annotated[str, typer.Option("-m", "--message", metavar="TEXT", help="What was done.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Prompts: list, show, add, log, diff, fork, restore, tag, test, lint, infer, refine, export.", no_args_is_help=True)
    for name, command in (("list", list_prompts), ("show", show), ("add", add), ("log", log), ("diff", diff), ("fork", fork),
                          ("restore", restore), ("tag", tag), ("test", try_), ("lint", lint), ("infer", infer), ("refine", refine),
                          ("export", export)):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="prompts")


def list_prompts(
    tag: Annotated[str, typer.Option("--tag", metavar="WORD", help="Only those that carry this word among their tags.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List prompts, each with its newest version."""
    from rowsmith.cli.show import print_json, table, when

    found = project(home, in_project).prompts.list(tag)
    if as_json:
        return print_json({"prompts": [kept.dump() for kept in found]})
    rows = [(k.name, k.version[:12], when(k.committed_at), k.author, k.prompt.title, ", ".join(sorted(k.prompt.used))) for k in found]
    return table(["prompt", "version", "committed", "by", "title", "variables"], rows)


def show(prompt: Spoken, home: Home = HOME, in_project: InProject = PROJECT, as_json: AsJson = False) -> None:
    """Show a prompt: what it is, its variables, parameters and examples, and its texts."""
    from rowsmith.cli.show import print_json, when

    kept = project(home, in_project).prompts.get(prompt)
    if as_json:
        return print_json(kept.dump())
    said = kept.prompt
    typer.secho(f"{kept.name}@{kept.version[:12]}", bold=True, nl=False)
    called = f" ({', '.join(kept.refs)})" if kept.refs else ""
    typer.echo(f"{called}  {when(kept.committed_at)}, by {kept.author}" + (f": {kept.message}" if kept.message else ""))
    for name in ("title", "description", "author", "licence"):
        if value := getattr(said, name):
            typer.echo(f"{name}: {value}")
    if said.tags:
        typer.echo(f"tags: {', '.join(said.tags)}")
    if said.parameters:
        typer.echo(f"parameters: {', '.join(f'{name}={value}' for name, value in said.parameters.items())}")
    _variables(kept)
    for title, text in (("system", said.system), ("text", said.text)):
        if text:
            typer.secho(f"\n{title}:", bold=True)
            typer.echo(text)
    if said.examples:
        from rowsmith.core.prompts import example_text

        typer.secho(f"\nexamples: {len(said.examples)}", bold=True)
        typer.echo(example_text(said.examples))
    return None


def _variables(kept: Kept) -> None:
    from rowsmith.cli.show import table

    declared, used = kept.prompt.variables, kept.prompt.used
    rows = []
    for name in sorted({*declared, *used}):
        one = declared.get(name)
        range_ = " to ".join("" if end is None else f"{end:g}" for end in (one.min, one.max)) if one and (one.min, one.max) != (None, None) else ""
        value = ("not declared" if one is None else _value(one)) + ("" if name in used else "; not used")
        rows.append((name, (one.type if one else None) or "", range_, value, one.help if one else ""))
    if rows:
        typer.echo()
        table(["variable", "type", "range", "value", "what it is"], rows)


def _value(one: Any) -> str:
    if one.expand is not None:
        return f"expands: {', '.join(map(str, one.expand))}"
    default = "optional" if one.optional else f"default {one.default}"
    choices = f"; one of {', '.join(map(str, one.choices))}" if one.choices else ""
    return ("required" if one.required else default) + choices


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file (front matter, then the text), or a YAML file.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called. Default: what the file says, else the file's name.")] = "",
    message: Message = "",
    onto: Annotated[str, typer.Option("--onto", metavar="VERSION", help="The version it was made of, which must still be the newest.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Keep a prompt: a new one, or the next version of the one that has its name."""
    _told(project(home, in_project, make=True).prompts.add(file, name, message=message, onto=onto), as_json)


def log(
    prompt: Spoken,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Most versions.")] = 50,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """List the versions of a prompt, newest first: who made them, when, what was done, and what they are called."""
    from rowsmith.cli.show import print_json, table, when

    every = project(home, in_project).prompts.log(prompt)
    if as_json:
        return print_json({"versions": [logged.dump() for logged in every[:limit]], "total": len(every)})
    rows = []
    for v in every[:limit]:
        called = ", ".join(ref.name if ref.kind == "branch" else f"{ref.name} ({ref.kind})" for ref in v.refs)
        rows.append((v.version[:12], when(v.committed_at), v.author, v.message, called))
    table(["version", "committed", "by", "message", "called"], rows)
    if len(every) > limit:
        typer.echo(f"  and {len(every) - limit:,} earlier ones (--limit)", err=True)
    return None


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A prompt or prompt@version; without NEW, it is told apart from the version before it.")],
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="What it is compared with: of the same prompt or of another one.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions of a prompt, or between two prompts."""
    from rowsmith.cli.show import print_json

    found = project(home, in_project).prompts.diff(old, new)
    if as_json:
        return print_json(found.dump())
    typer.echo(f"{found.old[:12]} -> {found.new[:12]}: " + (", ".join(found.fields) + " differ" if found.fields else "no difference"))
    for name, sides in found.fields.items():
        typer.secho(name, bold=True)
        for line in _lines(*sides):
            typer.secho(f"  {line}", fg={"-": "red", "+": "green"}.get(line[:1]))
    return None


def _lines(was: Any, now: Any) -> list[str]:
    """What was taken away and what came, line by line where both are text."""
    from difflib import unified_diff

    old, new = ([] if value is None else _said(value).split("\n") for value in (was, now))
    return list(unified_diff(old, new, n=2, lineterm=""))[2:]


def _said(value: Any) -> str:
    import orjson

    return value if isinstance(value, str) else orjson.dumps(value).decode()


def fork(
    prompt: Spoken,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What the new prompt is called.")],
    message: Message = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Begin a prompt of its own at a version of another one."""
    _told(project(home, in_project).prompts.fork(prompt, new, message=message), as_json)


def restore(
    name: Name,
    source: Annotated[str, typer.Argument(metavar="VERSION", help="A tag or version of it; or other@version of another prompt.")],
    message: Message = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Make a prompt what an earlier version is, as a new version."""
    _told(project(home, in_project).prompts.restore(name, source, message=message), as_json)


def tag(
    prompt: Name,
    name: Annotated[str | None, typer.Argument(metavar="[TAG]", help="The tag; without one, tags and releases are listed.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="VERSION", help="The version that it names. Default: the newest.")] = "",
    message: Message = "",
    release: Annotated[bool, typer.Option("--release", help="Make it a release, which can never be deleted.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the tag instead.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Name a version of a prompt for good, delete a tag, or list tags and releases."""
    from rowsmith.cli.history import list_refs, tell_ref

    prompts = project(home, in_project).prompts
    if name is None:
        given = {"--at": at, "--message": message, "--release": release, "--delete": delete}
        needs("the name of a tag", given, "Write rowsmith prompts tag NAME TAG.")
        return list_refs("tags", prompts.refs(prompt, "tag", "release"), as_json)
    for option, asked in (("--at", at), ("--message", message), ("--release", release)):
        one_of({"--delete": delete, option: asked})
    ref = prompts.delete(prompt, name) if delete else prompts.tag(prompt, name, at=at, message=message, release=release)
    return tell_ref(ref, f"{ref.kind.capitalize()} {ref.name} " + ("is deleted; it named" if delete else "names"), as_json)


def export(
    prompt: Spoken,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PATH", help="File to write, .md or .yaml. Default: it is printed.")
    ] = None,
    as_: Annotated[str, typer.Option("--as", metavar="FORM", help="md or yaml. Default: what PATH ends in, else md.")] = "",
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Write a prompt as a file that `rowsmith prompts add` reads back the same."""
    from rowsmith.cli.show import print_json
    from rowsmith.engine.prompt_forms import form_named

    text = project(home, in_project).prompts.export(prompt, output, form=form_named(as_) if as_ else None)
    if as_json:
        return print_json({"path": None if output is None else str(output), "text": text})
    typer.echo(f"{prompt} is written to {output}." if output else text, nl=output is not None)
    return None


def _told(kept: Kept, as_json: bool) -> None:
    from rowsmith.cli.show import print_json

    print_json(kept.dump()) if as_json else typer.echo(f"Prompt {kept.name}, version {kept.version[:12]}.")
