"""What ships as data: prompts, one Markdown file each, profiles of servers, one YAML file each, and how languages are told apart.
Any room may read it; it imports nothing of ours but the errors."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, NotFound, choose


@cache
def prompt(name: str) -> str:
    """The text of the prompt that ships as `content/prompts/<name>.md`, without the file's last newline.

    Raises:
        NotFound: there is none of that name.
    """
    return _text("prompts", ".md", name, "prompt that ships with Rowsmith").removesuffix("\n")


@cache
def profile(name: str) -> str:
    """The YAML of the profile that ships as `content/profiles/<name>.yaml`.

    Raises:
        NotFound: there is none of that name.
    """
    return _text("profiles", ".yaml", name, "profile that ships with Rowsmith")


@cache
def templates() -> dict[str, dict[str, str]]:
    """The chat templates that ship, by their names: the texts of the turns, with {text} where what is said stands."""
    return {str(name): {str(role): str(text) for role, text in turns.items()} for name, turns in _yaml("templates").items()}


@cache
def samples() -> dict[str, dict[str, Any]]:
    """What is known of each sample dataset that ships, by its name: title, about, rows."""
    return {str(name): dict(told) for name, told in _yaml("samples").items()}


def sample(name: str) -> Path:
    """The file of a sample dataset: `content/samples/<name>.jsonl`.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in samples():
        raise NotFound(f"No sample dataset is called {name!r}.", choose(name, list(samples())))
    return Path(__file__).parent / "samples" / f"{name}.jsonl"


def rubrics() -> list[str]:
    """The names of the rubrics that ship, sorted."""
    return sorted(_within("rubrics", ".yaml"))


@cache
def rubric(name: str) -> dict[str, Any]:
    """A rubric as core.rubric.Rubric takes it: `content/rubrics/<name>.yaml`.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in _within("rubrics", ".yaml"):
        own = f"Your own: rubrics/{name}.yaml beside the recipe, or {{file: PATH}}."
        raise NotFound(f"No rubric is called {name!r}.", f"{choose(name, rubrics())} {own}")
    return _yaml(f"rubrics/{name}")


def recipes() -> list[str]:
    """The names of the recipes of the catalogue, sorted."""
    return sorted(_within("recipes", ".yaml"))


@cache
def recipe(name: str) -> str:
    """The YAML of the recipe that ships as `content/recipes/<name>.yaml`.

    Raises:
        NotFound: there is none of that name.
    """
    return _text("recipes", ".yaml", name, "recipe of the catalogue")


@cache
def tables() -> dict[str, str]:
    """The tables of attributes that ship, by the name under which a recipe speaks of them: `domains/support.yaml`, what it says in YAML."""
    return {f"domains/{name}.yaml": str(item.read_text(encoding="utf-8")) for name, item in sorted(_within("domains", ".yaml").items())}


def profiles() -> list[str]:
    """The names of the profiles that ship, sorted."""
    return sorted(_within("profiles", ".yaml"))


@cache
def page(name: str) -> str:
    """The text of `content/pages/<name>.md`.

    Raises:
        NotFound: there is none of that name.
    """
    return _text("pages", ".md", name, "page that ships with Rowsmith")


def languages() -> dict[str, Any]:
    """How languages are told apart, as core.languages takes it: `content/languages.yaml`."""
    return _yaml("languages")


def language_codes(tag: str) -> frozenset[str]:
    """The codes under which a text in this language, by its BCP 47 tag, may be told: its own, and those of its kin ("no": no, nb, nn)."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return frozenset({code, *languages()["kin"].get(code, ())})


def language_name(tag: str) -> str:
    """What a language is called in English, by its BCP 47 tag: "de" German, "pt-BR" Portuguese (Brazil), "zh-Hant" Chinese (traditional).

    Raises:
        Invalid: the tag, or a part of it, is not known.
    """
    names = _yaml("language_names")
    code, *rest = tag.replace("_", "-").split("-")
    if code.lower() not in names["languages"]:
        raise Invalid(f"No language has the code {tag!r}.", "Write its code as of ISO 639, such as de, with a region if need be: pt-BR.")
    said = [names["scripts"].get(part.title()) or names["regions"].get(part.upper()) for part in rest]
    if unknown := next((part for part, known in zip(rest, said, strict=True) if known is None), None):
        raise Invalid(f"{unknown!r} in the language {tag!r} is no region or script that is known.", f"Leave it out: {code}.")
    name = str(names["languages"][code.lower()])
    return f"{name} ({', '.join(said)})" if said else name


def columns() -> dict[str, list[str]]:
    """What other people call our columns, by our names: `content/columns.yaml`."""
    return _yaml("columns")


def boilerplate() -> dict[str, Any]:
    """What belongs to a page and not to its text, by rule and language: `content/boilerplate.yaml`."""
    return _yaml("boilerplate")


def toxicity() -> dict[str, Any]:
    """Rules for harm in texts, as steps.harm takes them: `content/toxicity.yaml`."""
    return _yaml("toxicity")


def injections() -> dict[str, Any]:
    """How text that is addressed to a model gives itself away, by rule and language: `content/injections.yaml`."""
    return _yaml("injections")


def word_classes() -> dict[str, dict[str, str]]:
    """Words that speak of one thing, by linear model and class: `content/word_classes.yaml`."""
    return _yaml("word_classes")


def weights(name: str) -> bytes:
    """The weights of a linear model, as steps.linear takes them: `content/weights/<name>.bin`."""
    return files("rowsmith.content").joinpath("weights", f"{name}.bin").read_bytes()


def entailment() -> dict[str, Any]:
    """What sentences are compared by: units, scales, denials, opposites: `content/entailment.yaml`."""
    return _yaml("entailment")


def groups() -> dict[str, Any]:
    """Groups of people whose mention is looked at by default, by dimension, group and language: `content/groups.yaml`."""
    return _yaml("groups")


def sentiment() -> dict[str, str]:
    """Words that speak well or ill, and those that turn them round: `content/sentiment.yaml`."""
    return _yaml("sentiment")


def families() -> dict[str, list[str]]:
    """Words that names of models begin with, by family: `content/families.yaml`."""
    return _yaml("families")


def form() -> dict[str, Any]:
    """What gives away the form of a text that is no answer, by problem: `content/form.yaml`."""
    return _yaml("form")


def evolving() -> dict[str, Any]:
    """What gives away that an instruction has not evolved: `content/evolving.yaml`."""
    return _yaml("evolving")


def dialogue() -> dict[str, list[str]]:
    """What gives away that a speaker has forgotten whom it plays, by who would say it: `content/dialogue.yaml`."""
    return _yaml("dialogue")


def classifiers() -> dict[str, str]:
    """What classifiers call a harm, and the reason of its flag: `content/classifiers.yaml`."""
    return _yaml("classifiers")


def constraints() -> dict[str, Any]:
    """Instructions of a question whose keeping can be counted: `content/constraints.yaml`."""
    return _yaml("constraints")


def lint() -> dict[str, Any]:
    """What the rules that look over prompts know of English: `content/lint.yaml`."""
    return _yaml("lint")


def negations() -> dict[str, list[str]]:
    """Words that turn a sentence into its opposite, by language: `content/negations.yaml`."""
    return _yaml("negations")


def choices() -> dict[str, list[str]]:
    """Words by which a choice refers to others: `content/choices.yaml`."""
    return _yaml("choices")


@cache
def numbers() -> dict[str, int]:
    """The words for numbers, in lower case, and what they stand for: `content/numbers.yaml`."""
    return {word: int(number) for number, words in _yaml("numbers").items() for word in words}


def noise() -> dict[str, Any]:
    """Neighbours on keyboards, and what OCR takes for what: `content/noise.yaml`."""
    return _yaml("noise")


def synonyms() -> list[list[str]]:
    """Groups of English words that mean the same, form by form: `content/synonyms.yaml`."""
    found: list[list[str]] = _yaml("synonyms")["groups"]
    return found


def entities() -> dict[str, list[Any]]:
    """Names that can be swapped for one another, by kind: `content/entities.yaml`."""
    return _yaml("entities")


def benchmarks() -> dict[str, dict[str, Any]]:
    """Public benchmarks by name: `hub`, where they are, and the `columns` of theirs that ask: `content/benchmarks.yaml`."""
    return _yaml("benchmarks")


def checklist() -> dict[str, dict[str, Any]]:
    """What the guide wants to know of a dataset, item by item: `content/checklist.yaml`."""
    return _yaml("checklist")


def quality() -> dict[str, Any]:
    """How a grade is made, as core.quality.Grading takes it: `content/quality.yaml`."""
    return _yaml("quality")


def guide() -> dict[str, list[str]]:
    """The words that the guide knows without a model: `content/guide.yaml`."""
    return _yaml("guide")


@cache
def report_file(name: str) -> str:
    """A file of the quality report, `content/report/<name>`: its templates, style and script.

    Raises:
        NotFound: there is none of that name.
    """
    return _text("report", "", name, "part of the report")


@cache
def _yaml(name: str) -> dict[str, Any]:
    from yaml import safe_load

    found: dict[str, Any] = safe_load(files("rowsmith.content").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def _text(folder: str, ending: str, name: str, kind: str) -> str:
    """What the file of this name says; NotFound, which names the kind, where there is none."""
    found = _within(folder, ending)
    if name not in found:
        raise NotFound(f"No {kind} is called {name!r}.", choose(name, list(found)))
    return str(found[name].read_text(encoding="utf-8"))


def _within(folder: str, ending: str) -> dict[str, Any]:
    items = files("rowsmith.content").joinpath(folder).iterdir()
    return {item.name.removesuffix(ending): item for item in items if item.name.endswith(ending)}
