"""Datasets and files on a hub, brought here as files: a whole split, a random sample of its rows, or one file of a repository.

A file is called `owner/name/PATH`, whatever its commit, so that rows keep their ids when a dataset gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from rowsmith.app.downloads import WHOLE, Brought, Part
from rowsmith.connectors.hub import Hub
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_dataset import HubDataset, Split, split_of
from rowsmith.connectors.hub_file import HubFile
from rowsmith.connectors.hub_rows import Sampled, sample
from rowsmith.connectors.hub_site import Site
from rowsmith.connectors.plain import carried_out
from rowsmith.core.errors import Invalid
from rowsmith.core.fetching import Fetched, Reach
from rowsmith.steps.read.records import is_known


def brought(spoken: str, folder: Path, environ: Mapping[str, str], part: Part) -> Brought:
    """What `hf:owner/name[/config[/split]][@revision]` or `hf:datasets/owner/name/FILE[@revision]` means, in a folder that is made.

    Raises:
        Invalid: the name, or the part, means nothing, or several splits. NotFound, Unavailable: the hub does not give it. StorageFull: the disk.
    """
    dataset, site = HubDataset.read(spoken), Site.of(environ)
    if dataset is None:
        return _file(spoken, folder, environ, part)
    dataset = replace(dataset, split=_split(dataset, part))
    if part.sample is not None:
        rows = carried_out(lambda egress: sample(Api(site, egress), dataset, part.sample or 0, part.seed, part.columns), site.allowed)
        return _sampled(rows, folder, site, part)
    split = carried_out(lambda egress: split_of(Api(site, egress), dataset, is_known), site.allowed)
    return _whole(split, folder, site, environ)


def fetch(reach: Reach, to: Path, name: str) -> Iterator[Fetched]:
    """What a recipe names (core.fetching.Fetch): the files of a split, or one file, called `owner/name/PATH`. Raises as `brought`."""
    to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=to) as folder:
        found = brought(name, Path(folder), reach.hub, WHOLE)
        for note in found.notes:
            reach.note(note)
        whole = found.path == Path(folder)
        for place, facts in found.places.items():
            path = found.path / place if whole else found.path
            yield Fetched(path.relative_to(folder).as_posix(), path, facts)
        for path in found.cached:
            path.unlink(missing_ok=True)


def _split(dataset: HubDataset, part: Part) -> str:
    if dataset.split and part.split and dataset.split != part.split:
        raise Invalid(f"{dataset} names the split {dataset.split}, and --split {part.split} another one.", "Name it once.")
    return part.split or dataset.split


def _file(spoken: str, folder: Path, environ: Mapping[str, str], part: Part) -> Brought:
    file, hub = HubFile.read(spoken), Hub(environ)
    if part.split or part.sample is not None:
        raise Invalid(f"{file} is a file, which has no splits, and no sample of it can be taken.", "Name the dataset: hf:owner/name.")
    copy = hub.download(spoken)
    name = f"{file.repo.removeprefix('datasets/')}/{file.path}"
    _link(copy.path, folder / name)
    url = file.at(Site.of(environ).endpoint, copy.commit)
    return Brought(folder / name, {Path(name).name: {"revision": file.revision, "commit": copy.commit, "url": url}}, cached=(copy.path,))


def _whole(split: Split, folder: Path, site: Site, environ: Mapping[str, str]) -> Brought:
    hub, places, cached = Hub(environ), dict[str, dict[str, Any]](), list[Path]()
    for file in split.files:
        name = f"{split.dataset.repo}/{file.path}"
        cached.append(hub.download(str(file)).path)
        _link(cached[-1], folder / name)
        places[name] = {**_facts(split.dataset, split.commit, split.licence), "url": file.at(site.endpoint, file.revision)}
    return Brought(folder, places, notes=split.notes, cached=tuple(cached))


def _sampled(rows: Sampled, folder: Path, site: Site, part: Part) -> Brought:
    dataset = rows.dataset
    name = f"{dataset.repo}/{dataset.config}/{dataset.split}.jsonl"
    path = folder / name
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        for place, row, cut in rows.rows:
            kept = {column: row[column] for column in part.columns or row if column in row}
            told = [column for column in cut if column in kept]
            file.write(orjson.dumps({"row_idx": place, "row": kept, "truncated_cells": told}) + b"\n")
    url = f"{site.endpoint}/{dataset.place}"
    facts = {**_facts(dataset, rows.commit, ""), "url": url, "sample": len(rows.rows), "seed": part.seed, "of": rows.total}
    return Brought(folder, {name: facts}, answers=True, notes=rows.notes)


def _facts(dataset: HubDataset, commit: str, licence: str) -> dict[str, Any]:
    said = {"dataset": dataset.repo, "revision": dataset.revision, "commit": commit, "config": dataset.config, "split": dataset.split}
    return {**said, **({"licence": licence} if licence else {})}


def _link(target: Path, name: Path) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(target.resolve())  # the cache may be named from where the user stands


def columns_of(spoken: str | None) -> Sequence[str]:
    """The columns that `a,b` lists.

    Raises:
        Invalid: it lists none, or one twice.
    """
    names = [name.strip() for name in spoken.split(",")] if spoken is not None else []
    if not all(names) or len(set(names)) < len(names):
        raise Invalid(f"{spoken!r} does not list columns, each once.", "Write them with commas between: --columns question,answer.")
    return names
