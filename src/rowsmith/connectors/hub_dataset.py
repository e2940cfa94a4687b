"""How a dataset on a hub is named, hf:owner/name/config/split@revision, and which files one of its splits is at a commit.

The repository's own files come first, because a commit says once and for all which they are. Where they cannot be read as they are (a
script, folders of images), those of the hub's own conversion to Parquet are taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

from rowsmith.connectors.download import Refusal
from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_file import HubFile
from rowsmith.connectors.hub_layout import front_matter, layout
from rowsmith.core.errors import Invalid, NotFound, Unavailable, choose

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,95}"
_WORD = r"[^\x00-\x1f\x7f/\\@#:*?\"<>|]{1,200}"
_DATASET = re.compile(
    rf"hf:(?:datasets/(?P<whole>{_NAME}/{_NAME})|(?P<repo>(?!datasets/|spaces/){_NAME}/{_NAME})(?:/(?P<config>{_WORD})(?:/(?P<split>{_WORD}))?)?)"
    r"(?:@(?P<revision>[A-Za-z0-9_][A-Za-z0-9_.+/-]{0,200}))?"
)
CONVERTED = "refs/convert/parquet"
"""The branch of the hub's own conversion."""
README = Bounds(body=4 << 20)


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A dataset, `repo` as `owner/name`; one configuration and one split of it, where they are chosen."""

    repo: str
    config: str = ""
    split: str = ""
    revision: str = "main"

    @classmethod
    def read(cls, text: str) -> HubDataset | None:
        """The dataset that a name means; None where it means something else."""
        found = _DATASET.fullmatch(text)
        if found is None:
            return None
        return cls(found["repo"] or found["whole"], found["config"] or "", found["split"] or "", found["revision"] or "main")

    @property
    def place(self) -> str:
        """The repository as the hub's addresses have it."""
        return f"datasets/{self.repo}"

    def __str__(self) -> str:
        parts = "/".join(part for part in (self.repo, self.config, self.split) if part)
        return f"hf:{parts}" + (f"@{self.revision}" if self.revision != "main" else "")


@dataclass(frozen=True, slots=True)
class Split:
    """A split at a commit: its files, in order, and the licence that the README gives the whole."""

    dataset: HubDataset
    commit: str
    files: tuple[HubFile, ...]
    licence: str
    notes: tuple[str, ...] = ()


async def commit_of(api: Api, dataset: HubDataset, revision: str | None = None) -> str:
    """The commit that a revision is now.

    Raises:
        NotFound, Unavailable: there is none, or not for us.
    """
    revision = revision or dataset.revision
    with api.site.told(dataset.place, revision):
        found = await api.get(f"/api/{dataset.place}/revision/{quote(revision, safe='')}")
    commit = found.get("sha", "") if isinstance(found, Mapping) else ""
    if not re.fullmatch(r"[0-9a-f]{40}", str(commit)):
        raise Unavailable(f"{api.site.host} does not answer as a hub does: it names no commit.", "Correct HF_ENDPOINT.")
    return str(commit)


async def split_of(api: Api, dataset: HubDataset, is_read: Callable[[str], bool]) -> Split:
    """The files of the split that is meant. `is_read` says which files can be read, by their path.

    Raises:
        Invalid: which configuration or split is meant is not said, and there are several. NotFound: there is no such one, or none at all.
        Unavailable: the hub, or its server of rows, does not answer or does not let us.
    """
    commit = await commit_of(api, dataset)
    paths = [file["path"] for file in await files_of(api, dataset, commit)]
    card = await card_of(api, dataset, commit) if "README.md" in paths else {}
    found = layout(paths, card, is_read)
    licence = card.get("license")
    licence = licence if isinstance(licence, str) else ""
    if found:
        chosen = picked(dataset, {config: list(splits) for config, splits in found.items()})
        files = [HubFile(dataset.place, path, commit) for path in found[chosen.config][chosen.split]]
        return Split(chosen, commit, tuple(files), licence)
    chosen, converted, notes = await _converted(api, dataset, commit)
    return Split(chosen, commit, tuple(converted), licence, notes)


async def files_of(api: Api, dataset: HubDataset, commit: str) -> list[dict[str, Any]]:
    """The files of a commit: {path, size, oid, lfs: {oid, size}}."""
    with api.site.told(dataset.place, commit):
        every = [entry async for entry in api.pages(f"/api/{dataset.place}/tree/{commit}?recursive=true")]
    return [entry for entry in every if isinstance(entry, dict) and entry.get("type") == "file"]


async def card_of(api: Api, dataset: HubDataset, commit: str) -> dict[str, Any]:
    """What the head of the README says."""
    with api.site.told(dataset.place, commit):
        reply = await api.ask("GET", f"/{dataset.place}/resolve/{commit}/README.md", bounds=README)
    return front_matter(reply.body.decode("utf-8", "replace"))


async def rows_server(api: Api, dataset: HubDataset, question: str, **what: Any) -> tuple[Any, str]:
    """What the hub's server of rows says, and the commit of which it says it (empty: it does not tell).

    Raises:
        NotFound, Unavailable: it has nothing of the dataset, or not for us; says why.
    """
    if not api.site.rows:
        what_is = f"{api.site.host} has no server of rows that is known here"
        raise Unavailable(f"{what_is}, and {dataset} cannot be had without one.", "Name it: HF_DATASETS_SERVER=https://...")
    try:
        reply = await api.ask("GET", f"{api.site.rows}/{question}?{urlencode({'dataset': dataset.repo, **what})}")
    except Refusal as error:
        _refused(api, dataset, error)
    import orjson

    try:
        return orjson.loads(reply.body), reply.headers.get("X-Revision", "")
    except ValueError:
        raise Unavailable(f"{api.site.rows} does not answer as a server of rows does.", "Correct HF_DATASETS_SERVER.") from None


def _refused(api: Api, dataset: HubDataset, error: Refusal) -> NoReturn:
    code, fix = error.headers.get("X-Error-Code", ""), "Import a whole split, or name its files: hf:datasets/OWNER/NAME/FILE."
    if code == "ResponseNotReady":
        raise Unavailable(f"The server of rows has not prepared {dataset.repo} yet.", "Try again in some minutes, or import a whole split.") from None
    if code.startswith("External") or error.http in (401, 403):
        what = f"The server of rows does not let us read {dataset.repo}, or it is not there."
        raise Unavailable(what, "Correct the name, or set HF_TOKEN.") from None
    if error.http == 404:
        raise NotFound(f"The server of rows has no {dataset}.", "Correct the name, the configuration and the split.") from None
    said = f" ({code})" if code else ""
    raise Unavailable(f"The server of rows has nothing of {dataset}: HTTP {error.http}{said}.", fix) from None


async def _converted(api: Api, dataset: HubDataset, commit: str) -> tuple[HubDataset, list[HubFile], tuple[str, ...]]:
    """The split as the hub converted it: files of its branch of conversions."""
    said, at = await rows_server(api, dataset, "parquet")
    if at and at != commit:
        raise Unavailable(f"The hub has converted {dataset.repo} at {at[:12]} alone, not at {commit[:12]}.", "Name that commit, or none.")
    entries = [entry for entry in said.get("parquet_files") or () if isinstance(entry, Mapping)]
    if not entries:
        raise NotFound(f"{dataset.repo} has no files that can be read.", f"Look at {api.site.endpoint}/{dataset.place}.")
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(str(entry["config"]), []).append(str(entry["split"]))
    chosen = picked(dataset, found)
    pinned = await commit_of(api, dataset, CONVERTED)
    files = [_file(api, entry, dataset, pinned) for entry in entries if (entry["config"], entry["split"]) == (chosen.config, chosen.split)]
    notes = ("The hub has converted the beginning of it alone: the rows are not all.",) if said.get("partial") else ()
    return chosen, files, notes


def _file(api: Api, entry: Mapping[str, Any], dataset: HubDataset, pinned: str) -> HubFile:
    from urllib.parse import unquote

    found = re.fullmatch(rf"https?://[^/]+/{re.escape(dataset.place)}/resolve/[^/]+/(.+)", str(entry.get("url", "")))
    if found is None:
        raise Unavailable(f"{api.site.rows} names a file that is none of {dataset.repo}.", "Correct HF_DATASETS_SERVER.")
    return HubFile.read(f"hf:{dataset.place}/{unquote(found[1])}@{pinned}")


def picked(dataset: HubDataset, found: Mapping[str, Sequence[str]]) -> HubDataset:
    """The dataset with the configuration and split that are meant: those that it names, or the only ones.

    Raises:
        Invalid: there are several. NotFound: not those.
    """
    config = dataset.config or (next(iter(found)) if len(found) == 1 else "")
    if not config:
        raise Invalid(f"{dataset.repo} has several configurations: {', '.join(found)}.", f"Name one of them: hf:{dataset.repo}/{next(iter(found))}.")
    if config not in found:
        raise NotFound(f"{dataset.repo} has no configuration {config!r}.", choose(config, list(found)))
    splits = list(dict.fromkeys(found[config]))
    split = dataset.split or (splits[0] if len(splits) == 1 else "")
    if not split:
        fix = f"Name one of them: --split {splits[0]}, or hf:{dataset.repo}/{config}/{splits[0]}."
        raise Invalid(f"{dataset.repo} has several splits: {', '.join(splits)}.", fix)
    if split not in splits:
        raise NotFound(f"{dataset.repo} has no split {split!r}.", choose(split, splits))
    return replace(dataset, config=config, split=split)
