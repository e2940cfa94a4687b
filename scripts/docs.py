"""Writes the pages of docs/ that are made from the code: cli.md, catalogue.md, steps.md, formats.md, export-check.md, providers.md, what-works.md.

    python scripts/docs.py            writes them
    python scripts/docs.py --check    only says whether they are current; exits 1 when they are not
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any

import typer.main

from rowsmith import content, registry
from rowsmith.app.catalogue import listing
from rowsmith.app.results import EXIT
from rowsmith.cli.main import app
from rowsmith.core.step import Step
from rowsmith.engine.recipe_schema import describe
from rowsmith.formats import SAMPLES, carried, consumers, every, rules
from rowsmith.llm.profile import NAMES, Profile, read_profile

DOCS = Path(__file__).parents[1] / "docs"
HEAD = "<!-- Made by scripts/docs.py (make docs). Do not edit by hand. -->\n\n"
STATES = {
    "finished": "finished in full", "shortfall": "came to its end with fewer rows than were asked for, or with failed rows",
    "paused": "paused: the budget, a refused key, a server that is down; mend it and run the same command again",
    "stopped": "stopped on request; the same command goes on", "cancelled": "cancelled", "running": "another process carries it out",
    "failed": "an error, or a run that broke",
}  # fmt: skip
CARRIED = {"whole": "yes", "part": "in part", "no": ""}
GROUP_TITLES = {
    "nothing": "From nothing or from topics", "documents": "From documents", "rows": "From rows or seeds", "conversations": "Conversations",
    "preference": "Preference", "reasoning": "Reasoning", "code": "Code, SQL and tools", "classification": "Classification and choice",
    "evaluation": "Evaluation sets", "multimodal": "Images and pages", "agents": "Several agents", "domains": "Domains",
    "augmentation": "Augmentation",
}  # fmt: skip
SHAPES = {
    "source": "where rows begin", "row": "works on each row, without a model", "asking": "asks a model about each row",
    "set": "sees all rows together",
}  # fmt: skip


def pages() -> dict[str, str]:
    """The text of every generated page, by file name."""
    return {
        "cli.md": HEAD + cli(), "catalogue.md": HEAD + catalogue(), "steps.md": HEAD + steps(), "formats.md": HEAD + formats(),
        "export-check.md": HEAD + export_check(), "providers.md": HEAD + providers(), "what-works.md": HEAD + what_works(),
    }  # fmt: skip


# -- the catalogue --------------------------------------------------------------------------------------------------------------------


def catalogue() -> str:
    """The recipes that ship, group by group."""
    parts = [content.page("catalogue") + "\n"]
    for group, found in groupby(listing(), key=lambda it: it.about.group):
        every = list(found)
        lines = [(f"[`{it.name}`](#{it.name})", it.about.needs, ", ".join(it.about.gives), f"{it.about.calls:g}", it.description) for it in every]
        parts += [f"\n## {GROUP_TITLES[group]}\n", table(["recipe", "needs", "gives", "calls a row", "what it makes"], lines)]
        for it in every:
            given = [
                (f"`{name}`", "required" if name in it.needed else f"`{one.default}`" if one.default is not None else "", one.help)
                for name, one in it.parameters.items()
            ]
            parts += [f"\n### {it.name}\n", f"{it.description}\n", f"Method: {it.about.source}.\n", f"```\n{it.command}\n```\n"]
            parts += [table(["parameter", "default", "what it is"], given)]
    return "\n".join(parts)


# -- the command line -----------------------------------------------------------------------------------------------------------------


def cli() -> str:
    """Every command with its arguments and options, as `--help` says them."""
    parts = ["# The command line\n", "`rowsmith COMMAND --help` says the same in the terminal.\n", table(["command", "what it does"], contents())]
    for words, command in commands():
        parts += [f"\n## rowsmith {words}\n", f"```\nrowsmith {' '.join([words, *usage(command)])}\n```\n", f"{command.help}\n"]
        parts += [table(["argument or option", "what it says", "default"], settings(command))]
    codes = [(f"`{code}`", STATES[state]) for state, code in sorted(EXIT.items(), key=lambda item: item[1]) if state in STATES]
    parts += ["\n## Exit codes of run and resume\n", table(["code", "the run"], codes)]
    parts += ["\nEvery other command ends with 0 when it did what was asked, 1 after an error; a wrong command line gives 2.\n"]
    parts += ["An import that was stopped ends with 5, as its run.\n"]
    return "\n".join(parts)


def contents() -> Iterator[tuple[str, str]]:
    """The list at the top."""
    for words, command in commands():
        yield f"[`{words}`](#rowsmith-{words.replace(' ', '-')})", str(command.help).split("\n\n")[0]


def commands() -> Iterator[tuple[str, Any]]:
    """Every command as typed, groups opened."""
    every: Any = typer.main.get_command(app)
    for name, command in every.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield name, command
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())
        else:
            yield name, command


def usage(command: Any) -> list[str]:
    """What follows the command's name in its usage line."""
    given = [param.metavar or param.name.upper() for param in command.params if not param.opts[0].startswith("-")]
    must = [f"{param.opts[0]} {param.metavar}" for param in command.params if param.opts[0].startswith("-") and param.required]
    return [*given, *must, "[OPTIONS]"]


def settings(command: Any) -> Iterator[tuple[str, str, str]]:
    """A line for each argument and option."""
    for param in command.params:
        names = [*param.opts, *param.secondary_opts]
        word = "" if getattr(param, "is_flag", True) else f" {param.metavar or 'TEXT'}"
        shown = ", ".join(f"`{name}{word}`" for name in names) if names[0].startswith("-") else f"`{param.metavar or names[0].upper()}`"
        default = "required" if param.required else "" if param.default in (None, False) else f"`{spoken(param.default)}`"
        also = f" Also from the environment: `{param.envvar}`." if param.envvar else ""
        yield shown, f"{param.help or ''}{also}", default


def spoken(value: Any) -> str:
    """A default as the terminal takes it."""
    return "on" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


# -- steps ----------------------------------------------------------------------------------------------------------------------------


def steps() -> str:
    """Every built-in step with its settings, from its class."""
    kinds = sorted(kind for kind in registry.step_kinds(()) if registry.origin(kind, ()) == "rowsmith")
    found = {kind: describe(kind) for kind in kinds}
    listed = [(f"[`{kind}`](#{kind.replace('.', '')})", SHAPES[facts["shape"]]) for kind, facts in found.items()]
    parts = ["# Steps\n", "`rowsmith steps` lists them in the terminal, `rowsmith steps KIND` one of them.\n", table(["step", "shape"], listed)]
    for kind, facts in found.items():
        own = [setting for setting in facts["settings"] if setting["name"] not in ("name", "from")]
        rows = [(f"`{s['name']}`", " ".join([s["type"], s["range"]]).strip(), default_of(s), s["description"]) for s in own]
        parts += [f"\n## {kind}\n", cleandoc(registry.step(kind, ()).__doc__ or "") + "\n"]
        parts += [table(["setting", "type", "default", "what it does"], rows)]
    common = [(f"`{field.alias or name}`", field.description or "") for name, field in Step.model_fields.items()]
    parts += ["\n## Settings of every step\n", table(["setting", "what it does"], common)]
    return "\n".join(parts)


def default_of(setting: dict[str, Any]) -> str:
    """A setting's default in a cell."""
    if setting["required"]:
        return "required"
    value = setting.get("default")
    if value in (None, "", [], {}):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= 60 and "\n" not in text else "a text of its own" if isinstance(value, str) else "see `rowsmith steps`"


# -- formats --------------------------------------------------------------------------------------------------------------------------


def formats() -> str:
    """Every built-in format: what it is, what it needs, holds and drops, from its module and its class."""
    found = [(name, registry.format(name, ())) for name, item in registry.formats(()).items() if item.origin == "rowsmith"]
    listed = [(f"[`{name}`](#{name})", needed(format), "; ".join(format.drops)) for name, format in found]
    parts = [
        "# Formats\n",
        "`rowsmith export DATASET --as FORMAT -o PATH` and the step [`write.files`](steps.md#writefiles) write them, `rowsmith import FILE --into "
        "DATASET` and the step [`read.records`](steps.md#readrecords) read them, `rowsmith convert IN OUT --to FORMAT` does both.\n",
    ]
    parts += [
        "A row that a format cannot hold is left out, and counted with a reason; columns and fields of rows that went without them are counted, "
        "too. Both stand in what the command says and in `PATH.report.json`.\n",
        table(["format", "columns that it needs", "what it never holds"], listed),
        "\n## What each carries\n",
        "Of a row of each kind: the whole, a part, or nothing. What is carried whole comes back when it is read.\n",
        table(["format", *SAMPLES], [(f"`{name}`", *(CARRIED[how] for how in carried(format).values())) for name, format in found]),
    ]
    for name, format in found:
        parts += [f"\n## {name}\n", cleandoc(sys.modules[type(format).__module__].__doc__ or "") + "\n", cleandoc(type(format).__doc__ or "") + "\n"]
        parts += [f"- `{option}`: {field.description}\n" for option, field in type(format).model_fields.items()]
    return "\n".join(parts)


def needed(format: Any) -> str:
    """The sets of columns, one of which a row has to have."""
    return " or ".join(", ".join(f"`{column}`" for column in columns) for columns in format.needs) or "any"


# -- the export check -----------------------------------------------------------------------------------------------------------------

EFFECTS = {
    "lost": "the consumer passes over the row", "altered": "it reads the row as something else",
    "stops": "it ends with an error, and keeps nothing",
    "noted": "the row is kept; whoever loads it has to know something. This alone fails no check",
}  # fmt: skip


def export_check() -> str:
    """The consumers, and every rule with its code, from the rules themselves."""
    usual = {name: [format.name for format in every() if format.consumer == name] for name in consumers()}
    known = [
        (f"`{one.name}`", one.title, ", ".join(f"`{name}`" for name in usual[one.name]), f"{one.max_length:,} tokens" if one.max_length else "")
        for one in consumers().values()
    ]  # fmt: skip
    listed = [
        (rule.code, ", ".join(f"`{name}`" for name in names) or "all", rule.effect, rule.what, rule.fix, "yes" if rule.tokens else "")
        for rule, names in rules()
    ]  # fmt: skip
    parts = [
        "# The export check\n",
        "A file that loads is not a file that trains: most consumers drop rows or read them as something else, with a line in a log or with nothing. "
        "`rowsmith export-check FILE` says of a file, whoever wrote it, how many rows its consumer will keep, and why not the rest; "
        "`rowsmith export-check DATASET --as FORMAT` says it of an export before it is written. `rowsmith export` and `rowsmith convert` check what "
        "they write, and refuse, with nothing written, where rows would get lost or altered; `--anyway` writes it all the same, and "
        "`PATH.report.json` says what was found.\n",
        "`--for CONSUMER` names who will read it. Lengths are counted with the tokenizer and the chat template of the model: `--tokenizer FOLDER` or "
        "`--tokenizer hf:OWNER/NAME`, and `--max-length N` where yours is not the consumer's own (`pip install 'rowsmith[tokenizers]'`). The "
        "template is a stranger's program: it runs in a sandbox in a child process. Without a tokenizer the check says what it cannot know. A "
        "`dataset_info.json` beside a file is read, too. `make test-consumers` holds the check to what the real loaders keep.\n",
        table(["consumer", "who it is", "usual reader of", "takes"], known),
        "\n## What becomes of a row\n", table(["effect", "meaning"], EFFECTS.items()),
        "\n## Codes\n", "L01 to L45 are losses in silence; words are errors that the consumer tells by itself.\n",
        table(["code", "consumers", "effect", "what happens", "what to do", "needs the tokenizer"], listed),
    ]  # fmt: skip
    return "\n".join(parts)


# -- providers ------------------------------------------------------------------------------------------------------------------------

ANTHROPIC = {
    "provider": "`anthropic`", "server": "Anthropic's Messages API", "address": "`https://api.anthropic.com`", "key": "`ANTHROPIC_API_KEY`",
    "answers": "schema, tools, json; older models tools, json", "not": "frequency_penalty, presence_penalty, seed; what else depends on the model",
    "beside": "images", "batches": "yes",
}  # fmt: skip


def providers() -> str:
    """Every provider that ships, from its profile; and what a profile may say."""
    listed = [tuple(ANTHROPIC.values()), *(provider(name) for name in content.profiles())]
    columns = ["provider", "server", "address", "key", "structured answers, the surest first", "settings that it does not have", "beside text"]
    parts = ["# Providers\n", "`ollama/llama3.2` is the model `llama3.2` of Ollama on this machine. These are known by name:\n"]
    parts += [table([*columns, "batches"], listed)]
    parts += [
        "\nAny other OpenAI-compatible server is `openai/NAME` with its `base_url`; everything that you give is then sent. A key marked (if any) is "
        "sent where it is set. `api_key_env` of a model names another variable, `base_url` another address.\n\n"
        "Weights on this machine are [`local/PATH.gguf`](recipes.md#models-on-this-machine); whatever else LiteLLM knows, Amazon Bedrock among it, "
        "is [`litellm/PROVIDER/NAME`](recipes.md#every-other-provider): `litellm/azure/...` has batches, its other providers have none here.\n\n"
        "With `--batch` a model of a provider without batches is asked live. What a batched answer costs is `price_batch`: `rowsmith models "
        "list` says where it is known.\n"
    ]
    parts += ["\n## What a profile says\n", "A profile is a YAML file: one of ours, or [one of your own](python.md#a-provider-of-your-own).\n"]
    known = {name: field for name, field in Profile.model_fields.items() if name != "name"}
    fields = [(f"`{name}`", "required" if field.is_required() else "", field.description) for name, field in known.items()]
    parts += [table(["field", "", "what it says"], fields)]
    return "\n".join(parts)


def provider(name: str) -> tuple[str, ...]:
    """A line of the list."""
    made = read_profile(content.profile(name), name, name)
    address = f"`{made.base_url}`" if made.base_url else "your own"
    also = f", or `{made.base_url_env}`" if made.base_url_env else ""
    groups = groupby((variant for variant in made.models if variant.answers), key=lambda variant: variant.answers)
    special = "".join(f"; {', '.join([*ways, 'json'])} for {', '.join(f'`{variant.match}`' for variant in group)}" for ways, group in groups)
    special += "" if made.tools_while_thinking else "; tools with reasoning_effort: none"
    absent = [setting for setting in NAMES if setting not in made.settings] + ([] if made.effort else ["reasoning_effort"])
    beside = [word for word, kinds in (("images", made.takes.image), ("audio", made.takes.audio)) if kinds]
    ways = [*(way for way in made.answers if way != "tools" or made.tools_while_thinking), "json"]
    key = f"`{made.key_env}`" + ("" if made.needs_key else " (if any)")
    return f"`{name}`", made.title, address + also, key, ", ".join(ways) + special, ", ".join(absent), ", ".join(beside), "yes" if made.batch else ""


# -- what works -----------------------------------------------------------------------------------------------------------------------


def what_works() -> str:
    """The capabilities of docs/features.csv, each with the test that proves it."""
    with (DOCS / "features.csv").open(encoding="utf-8", newline="") as file:
        rows = [(*row["feature"].split(": ", 1), row["command"], row["test"]) for row in csv.DictReader(file)]
    parts = ["# What works\n", f"{len(rows)} capabilities. Each has a test that `make test` runs; the list is `features.csv`.\n"]
    for area, group in groupby(rows, key=lambda row: row[0]):
        lines = [(what, f"`{command}`" if command else "", f"`{test}`" if test else "**not yet**") for _, what, command, test in group]
        parts += [f"\n## {area}\n", table(["what", "how you see it", "proved by"], lines)]
    return "\n".join(parts)


def table(columns: list[str], rows: Any) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(" ".join(str(cell).replace("|", "\\|").split()) for cell in line) + " |" for line in lines) + "\n"


def main() -> None:
    """Write the pages, or check them."""
    stale = [name for name, text in pages().items() if not (DOCS / name).exists() or (DOCS / name).read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        sys.exit(f"Not current: {', '.join(stale)}. Run make docs." if stale else 0)
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
