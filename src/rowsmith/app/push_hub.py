"""`hf:owner/name`: a dataset as the next commit of a repository on a hub, with all that a pull needs to bring back the very rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith import registry
from rowsmith.app.about import about
from rowsmith.app.hub_token import with_hub_token
from rowsmith.app.pull_hub import pull
from rowsmith.app.pushed_rows import write_rows
from rowsmith.app.reshaping import scratch
from rowsmith.app.unreachable import PUSHED, note_copy
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_dataset import HubDataset
from rowsmith.connectors.hub_push import MANIFEST, check_tag
from rowsmith.connectors.hub_push import push as sent_to
from rowsmith.connectors.hub_site import Site
from rowsmith.connectors.plain import carried_out
from rowsmith.core.errors import Invalid
from rowsmith.steps.export import Source
from rowsmith.steps.export_folder import OURS, Arrangement, write_folder

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets
    from rowsmith.store.versions import Version

OPTIONS = ("public", "split_by", "message", "tag")
PULLED = ()


@dataclass(frozen=True, slots=True)
class PushedToHub:
    """What came of a push. `commit` is the repository's newest, `sent` the files that went over the network, `kept` how many were there,
    `removed` files of an earlier push that are gone; `private` says how the repository is seen now."""

    dataset: str
    version: str
    rows: int
    splits: dict[str, int]
    repo: str
    url: str
    commit: str
    private: bool
    created: bool
    tag: str
    sent: list[str]
    kept: int
    removed: list[str]
    notes: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def told(self) -> list[str]:
        """In words, a line each."""
        seen = "private" if self.private else "public"
        splits = ", ".join(f"{name} {count:,}" for name, count in self.splits.items())
        what = f"{self.rows:,} rows ({splits}) in {self.url}, commit {self.commit[:12]}, {seen}"
        sent = f"  {len(self.sent)} files sent, {self.kept} were there" + (f", {len(self.removed)} removed" if self.removed else "")
        return [what, sent, *([f"  tag {self.tag}"] if self.tag else []), *(f"  {note}" for note in self.notes)]


def push(
    datasets: Datasets, spoken: str, place: str, heard: Callable[[str], None], *, public: bool = False, split_by: str | None = None,
    message: str = "", tag: str = "",
) -> PushedToHub:  # fmt: skip
    """Push a version. A repository that is not there is made, private unless `public`; one that is keeps how it is seen.

    Args:
        split_by: the column whose value is a row's split; default: `split`, where rows have one, else all rows are `train`.
        message: the commit's; default: names the dataset and version. tag: one that the commit gets.

    Raises:
        Invalid: the place, the tag or the column. See connectors.hub_push.push for what the hub may say.
    """
    to = HubDataset.read(place)
    if to is None or to.config or to.revision != "main":
        raise Invalid(f"{place!r} names no dataset of a hub to push to.", "Write it like hf:owner/name.")
    if tag:
        check_tag(tag)
    lab, version, name = datasets.lab, datasets.get(spoken), spoken.partition("@")[0]
    site = Site.of(with_hub_token(lab, datasets.project))
    at = f"{name}@{version.id}"
    with scratch(lab) as folder:
        pack = folder / to.repo.rpartition("/")[2]
        splits = _written(datasets, at, pack, split_by)
        write_rows(datasets, at, pack)
        _write_manifest(pack, name, version)
        text = message or f"{name}, version {version.id[:12]}"
        done = carried_out(lambda egress: sent_to(Api(site, egress), to, pack, public=public, message=text, tag=tag, heard=heard), site.allowed)
    rows = sum(splits.values())
    note_copy(lab, datasets.project, PUSHED, done.url, dataset=name, version=version.id, rows=rows, commit=done.commit, private=done.private, tag=tag)
    notes = []
    if not done.created and public and done.private:
        notes.append("The repository was there and stays private: change that on its own page.")
    if not done.created and not public and not done.private:
        notes.append("The repository was there and is public: everybody can read what was pushed.")
    return PushedToHub(
        name, version.id, rows, splits, done.repo, done.url, done.commit, done.private, done.created, tag, list(done.sent), done.kept,
        list(done.removed), notes,
    )  # fmt: skip


def _written(datasets: Datasets, spoken: str, folder: Path, split_by: str | None) -> dict[str, int]:
    """Write the folder that the hub shows; the rows of each split."""
    source = Source(datasets.rows(spoken, edits=False), spoken.partition("@")[0], about=partial(about, datasets, spoken))
    format = registry.format("huggingface")
    report, files = write_folder(folder, [source], format, Arrangement(split_by), find=datasets.lab.files.find, provenance="none")
    if report.left_out:
        one = report.examples[0]
        raise Invalid(f"Row {one['id']}: {one['detail']}", "Give every row its split, or name another column: --split-by.")
    (folder / OURS).unlink()
    counts: Counter[str] = Counter()
    for file in files:
        counts[file.split] += file.rows
    return dict(counts)


def _write_manifest(folder: Path, name: str, version: Version) -> None:
    path = folder / MANIFEST
    path.parent.mkdir(exist_ok=True)
    files = sorted([MANIFEST, *(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())])
    said = {"made_by": "rowsmith", "dataset": name, "version": version.id, "rows": version.rows, "files": files}
    path.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n")


__all__ = ["OPTIONS", "PULLED", "PushedToHub", "pull", "push"]
