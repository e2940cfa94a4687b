"""The card of a dataset on the Hugging Face Hub: what machines read in its head, and what people read below."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from rowsmith.formats._format import Laid

_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)  # fmt: skip
_TASKS = {"choices": "multiple-choice", "label": "text-classification"}
_LICENCES = {
    "apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-sa-4.0", "cc-by-sa-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-nc-nd-4.0", "odc-by", "odbl", "openrail", "bsd-3-clause", "bsd-2-clause", "gpl-3.0", "agpl-3.0", "lgpl-3.0", "unlicense", "wtfpl", "pddl",
}  # fmt: skip
"""Identifiers that the Hub knows."""


def card(laid: Laid, kinds: Mapping[str, Collection[type]]) -> bytes:
    """The card. What nobody said, such as a licence, it does not say either."""
    about = {name: laid.about(name) for name in names_of(laid)}
    head = {
        **_licence(about), "pretty_name": laid.name,
        "task_categories": [next((task for column, task in _TASKS.items() if column in kinds), "text-generation")],
        "size_categories": [size(sum(file.rows for file in laid.files))], "tags": ["rowsmith", *(["synthetic"] if _written(about) else [])],
        "configs": [{"config_name": config(laid, name), "data_files": _files(laid, name)} for name in names_of(laid)],
    }  # fmt: skip
    return ("---\n" + "".join(_yaml(name, value) for name, value in head.items()) + "---\n\n" + _text(laid, kinds, about)).encode()


def names_of(laid: Laid) -> list[str]:
    """The datasets, in their order."""
    return list(dict.fromkeys(file.dataset for file in laid.files))


def config(laid: Laid, dataset: str) -> str:
    """What a dataset's configuration is called: a single one is the default."""
    return dataset if len(names_of(laid)) > 1 else "default"


def size(rows: int) -> str:
    """The Hub's word for so many rows."""
    return next((word for most, word in _SIZES if rows < most), "n>1B")


def _files(laid: Laid, dataset: str) -> list[dict[str, Any]]:
    splits: dict[str, list[str]] = {}
    for file in laid.files:
        if file.dataset == dataset:
            splits.setdefault(file.split, []).append(file.path)
    return [{"split": split, "path": paths[0] if len(paths) == 1 else paths} for split, paths in splits.items()]


def _licence(about: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The licence, where all sources of all datasets have said theirs."""
    said = {name for facts in about.values() for name in facts.get("licences", ())}
    if not said or not all(facts.get("licences") for facts in about.values()):
        return {}
    known = sorted(name.lower() for name in said if name.lower() in _LICENCES)
    return {"license": known[0] if len(known) == len(said) == 1 else known if len(known) == len(said) else "other"}


def _written(about: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted({one["model"] for facts in about.values() for one in facts.get("models", ())})


def _text(laid: Laid, kinds: Mapping[str, Collection[type]], about: Mapping[str, Mapping[str, Any]]) -> str:
    rows = sum(file.rows for file in laid.files)
    parts = [f"# {laid.name}\n", f"{rows:,} rows.\n", "| dataset | split | rows |\n|---|---|---|\n" + "".join(_counted(laid))]
    parts.append("## Columns\n\n" + "".join(f"- `{name}`: {_kind(found)}\n" for name, found in kinds.items()))
    if models := _written(about):
        parts.append(f"## How it was made\n\nModels wrote in these rows: {', '.join(models)}.\n")
    for name, facts in about.items():
        if version := facts.get("version"):
            parts.append(f"Version `{version}` of `{name}`{f', {message}' if (message := facts.get('message')) else ''}.\n")
    if not _licence(about):
        parts.append("## Licence\n\nNot all sources of these rows have said their licence.\n")
    if "provenance" in kinds:
        parts.append("Where a row comes from stands in its column `provenance`, as JSON text.\n")
    return "\n".join(parts)


def _counted(laid: Laid) -> list[str]:
    counts: dict[tuple[str, str], int] = {}
    for file in laid.files:
        counts[file.dataset, file.split] = counts.get((file.dataset, file.split), 0) + file.rows
    return [f"| {dataset} | {split} | {rows:,} |\n" for (dataset, split), rows in counts.items()]


def _kind(found: Collection[type]) -> str:
    words = {str: "text", bool: "true or false", int: "number", float: "number", list: "list", dict: "mapping"}
    return " or ".join(dict.fromkeys(words[one] for one in sorted(found, key=lambda one: one.__name__) if one in words)) or "empty"


def _yaml(name: str, value: Any, indent: str = "") -> str:
    """A key of the head. JSON's texts are YAML's, too."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{indent}{name}:\n" + "".join(_item(one, indent) for one in value)
    return f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}\n"


def _item(value: dict[str, Any], indent: str) -> str:
    lines = "".join(_yaml(name, one, indent + "  ") for name, one in value.items())
    return f"{indent}- {lines[len(indent) + 2 :]}"


