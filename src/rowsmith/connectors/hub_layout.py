"""Which files of a repository are which split: what its README says, else the rules by which the library `datasets` goes
(https://huggingface.co/docs/hub/datasets-file-names-and-splits)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import yaml

from rowsmith.core.patterns import Pattern

DEFAULT = "default"
_SHARD = re.compile(r"data/(?P<split>\w+)-\d{5}-of-\d{5}[^/]*")
_WORDS = {
    "train": ("training", "train"),
    "validation": ("validation", "valid", "dev", "val"),
    "test": ("testing", "test", "evaluation", "eval"),
}
_NO_DATA = {"config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "croissant.json"}
_SEPARATOR = r"[-._ 0-9]"

Layout = dict[str, dict[str, list[str]]]
"""Configuration -> split -> paths of its files."""


def front_matter(readme: str) -> dict[str, Any]:
    """The YAML at the head of a README; empty where there is none, or none that can be read."""
    found = re.match(r"﻿?---\r?\n(.*?)\r?\n---\s*(?:\n|$)", readme, re.DOTALL)
    try:
        said = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError:
        return {}
    return said if isinstance(said, dict) else {}


def layout(paths: Sequence[str], card: Mapping[str, Any], is_read: Callable[[str], bool]) -> Layout:
    """The splits of a repository with these files, of those that `is_read` can be read. A split none of whose files can be read is left out."""
    seen = sorted(path for path in paths if not re.search(r"(?:^|/)(?:\.|__)", path))
    configs = [config for config in card.get("configs") or () if isinstance(config, dict)] if isinstance(card.get("configs"), list) else []
    found = {str(config.get("config_name") or DEFAULT): _configured(config, seen) for config in configs} or {DEFAULT: _by_name(seen, "")}
    able = {config: _readable(splits, is_read, told=bool(configs)) for config, splits in found.items()}
    return {config: splits for config, splits in able.items() if splits}


def _readable(splits: Mapping[str, Sequence[str]], is_read: Callable[[str], bool], *, told: bool) -> dict[str, list[str]]:
    """Files of the kind that is the most frequent: a repository may have its data in several, and a license beside it. A split of which we are
    `told` may have a kind of its own: it is not passed over."""
    able = {split: [path for path in files if is_read(path) and path.rpartition("/")[2] not in _NO_DATA] for split, files in splits.items()}
    usual = _usual(path for files in able.values() for path in files)
    found = {split: _of_kind(files, usual) or (_of_kind(files, _usual(files)) if told else []) for split, files in able.items()}
    return {split: files for split, files in found.items() if files}


def _of_kind(paths: Sequence[str], kind: str) -> list[str]:
    return [path for path in paths if _kind(path) == kind]


def _usual(paths: Iterable[str]) -> str:
    kinds = Counter(map(_kind, paths))
    return max(kinds, key=lambda kind: (kinds[kind], kind == "parquet"), default="")


def _kind(path: str) -> str:
    return path.rpartition(".")[2].lower()


def _configured(config: Mapping[str, Any], paths: Sequence[str]) -> dict[str, list[str]]:
    """The splits of one entry of `configs`."""
    base = str(config.get("data_dir") or "").strip("/")
    said = config.get("data_files")
    if said is None:
        return _by_name(paths, f"{base}/" if base else "")
    entries: list[tuple[str, Any]] = []
    if isinstance(said, Mapping):
        entries = [(str(split), patterns) for split, patterns in said.items()]
    else:
        for one in said if isinstance(said, list) else [said]:
            entries.append((str(one.get("split", "train")), one.get("path")) if isinstance(one, Mapping) else ("train", one))
    splits: dict[str, list[str]] = {}
    for split, patterns in entries:
        wanted = [Pattern(_pattern(str(one), base)) for one in (patterns if isinstance(patterns, list) else [patterns])]
        found = [path for pattern in wanted for path in paths if pattern.fullmatch(path)]
        splits[split] = list(dict.fromkeys([*splits.get(split, ()), *found]))
    return splits


def _by_name(paths: Sequence[str], below: str) -> dict[str, list[str]]:
    """The splits by the names of the files below a folder (`""`, or with a slash at its end)."""
    here = {path[len(below) :]: path for path in paths if path.startswith(below)}
    if shards := {name: found["split"] for name in here if (found := _SHARD.fullmatch(name))}:
        return {split: [here[name] for name in shards if shards[name] == split] for split in dict.fromkeys(shards.values())}
    for form in (r"(?:.*{s}|(?:.*/)?){w}(?:{s}[^/]*)?/.+", r"(?:.*(?:{s}|/))?{w}{s}[^/]*"):
        splits = {}
        for split, words in _WORDS.items():
            known = re.compile(form.format(s=_SEPARATOR, w=f"(?:{'|'.join(words)})"))
            if files := [path for name, path in here.items() if known.fullmatch(name)]:
                splits[split] = files
        if splits:
            return splits
    return {"train": list(here.values())}


def _pattern(glob: str, base: str) -> str:
    """A glob as a regular expression: `**` for any depth, `*`, `?`, `[...]` and `{a,b}`."""
    text = "/".join(part for part in (base, glob.removeprefix("./")) if part)
    out, depth = "", 0
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|[{},]|[^*?\[{},]+|\[", text):
        if token == "{":
            depth += 1
        known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")" if depth else r"\}", ",": "|" if depth else ","}
        if token == "}" and depth:
            depth -= 1
        set_ = token.startswith("[") and len(token) > 2
        out += known.get(token) or ("[" + token[1:].replace("\\", "\\\\").replace("!", "^", token[1] == "!") if set_ else re.escape(token))
    return out + ")" * depth
