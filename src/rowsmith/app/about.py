"""What a card says of a dataset that goes out: its version, what binds it, and who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rowsmith import __version__
from rowsmith.app.licences import licences_of

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets


def about(datasets: Datasets, spoken: str) -> dict[str, Any]:
    """What is known of the rows of a dataset, version or run: `version` and `message` of a version; the `licences` of the sources, all of them or
    none known; the `models` that wrote in rows, with their terms; how many `sources` there are; and who says so (`rowsmith`)."""
    found = licences_of(datasets, spoken)
    said: dict[str, Any] = {"rowsmith": __version__, "sources": len(found.sources)}
    if not spoken.startswith("run:"):
        version = datasets.get(spoken)
        said |= {"version": version.id, "message": version.message, "committed_at": version.created_at}
    known = all(one.licences for one in found.sources)
    said["licences"] = sorted({name for one in found.sources for name in one.licences}) if known else []
    said["models"] = [{"model": one.name, "terms": list(one.licences)} for one in found.models]
    return said
