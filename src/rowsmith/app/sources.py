"""The sources of a project: what its runs have fetched from outside, listed and fetched again; and what its datasets cover, of them or of a plan."""

from __future__ import annotations

from typing import Any

from rowsmith.app.coverage import Covered, coverage
from rowsmith.app.datasets import Datasets
from rowsmith.app.fetching import HERE, PULLED, Fetching, changes
from rowsmith.app.lab import Lab
from rowsmith.app.planned import Planned, planned
from rowsmith.app.refusals import taking_in
from rowsmith.core.errors import NotFound, choose
from rowsmith.store.fetches import Fetch, Fetches


class Sources:
    """The sources of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab, self.project = lab, project

    def list(self) -> list[dict[str, Any]]:
        """{address, connector, settings, files, missed, fetched_at} each, the newest first; `missed`: how many did not come."""
        return [_shown(one) | {"files": len(one.entries), "missed": len(one.missed)} for one in self._all()]

    def show(self, address: str) -> dict[str, Any]:
        """One of them: {address, connector, settings, files: [{name, hash, facts}], missed: [{source, reason, detail}], fetched_at}.

        Raises:
            NotFound: it was not fetched.
        """
        one = self._meant(address)[0]
        files = [{"name": entry.name, "hash": entry.hash, "facts": entry.facts} for entry in one.entries]
        missed = [{"source": gone.name, "reason": gone.reason, "detail": gone.detail} for gone in one.missed]
        return _shown(one) | {"files": files, "missed": missed}

    def refresh(self, address: str) -> list_[dict[str, Any]]:
        """Fetch an address again, or `all`, and say what has changed: {address, added, changed, removed (names), same (how many)} each. The next
        run of a recipe that reads it is a new one; rows of what is the same keep their ids, and answers are reused.

        Raises:
            NotFound: it was not fetched. Unavailable, AddressRefused: it cannot be, now; what is here stays.
        """
        fetching = Fetching(self.lab, self.project, taking_in(self.lab, self.project), refresh=True)
        told = []
        for before in self._all() if address == "all" else self._meant(address):
            after = fetching.fetched(before)
            found = changes(before, after)
            told.append({"address": before.pattern, **found, "same": len(after.entries) - len(found["added"]) - len(found["changed"])})
        return told

    def coverage(self, dataset: str) -> list_[Covered]:
        """What of each document the rows of a dataset came from; see app.coverage.coverage."""
        return coverage(self.lab, self.project, dataset)

    def planned(self, dataset: str) -> Planned | None:
        """How far the rows of a dataset are from the plan that they were made by (generate.like, read.gaps), cluster by cluster or topic by topic,
        and their divergence; None where they had no plan.

        Raises:
            NotFound: there is no such dataset.
        """
        return planned(Datasets(self.lab, self.project).rows(dataset))

    def _all(self) -> list_[Fetch]:
        return [one for one in Fetches(self.lab.db).every(self.project) if one.connector not in (HERE, PULLED)]

    def _meant(self, address: str) -> list_[Fetch]:
        every = self._all()
        if found := [one for one in every if one.pattern == address]:
            return found
        raise NotFound(f"{address!r} was not fetched.", choose(address, sorted({one.pattern for one in every})))


def _shown(one: Fetch) -> dict[str, Any]:
    return {"address": one.pattern, "connector": one.connector, "settings": dict(one.asked), "fetched_at": one.fetched_at}


list_ = list
