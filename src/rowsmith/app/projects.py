"""Projects: what runs and datasets live in, with caps of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rowsmith.app.calls import Calls
from rowsmith.app.datasets import Datasets
from rowsmith.app.differences import Differences
from rowsmith.app.edits import Edits
from rowsmith.app.events import Events
from rowsmith.app.history import History
from rowsmith.app.key_sources import scope_of
from rowsmith.app.lab import Lab
from rowsmith.app.prompts import Prompts
from rowsmith.app.reviews import Reviews
from rowsmith.app.runs import Runs
from rowsmith.app.shaping import Shaping
from rowsmith.app.sources import Sources
from rowsmith.core.calls import PICO
from rowsmith.store import kek
from rowsmith.store import projects as store
from rowsmith.store.secrets import Secrets

if TYPE_CHECKING:
    from rowsmith.app.guides import Guides
    from rowsmith.app.judges import Judges
    from rowsmith.app.playground import Playground
    from rowsmith.app.provenance import Provenance
    from rowsmith.app.quality import Quality
    from rowsmith.app.review_queues import ReviewQueues
    from rowsmith.app.reviewers import Reviewers


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project as people see it. Money in US dollars; None: no cap. `spent_usd` counts what is reserved or may have been billed, too."""

    name: str
    budget_usd: float | None
    budget_tokens: int | None
    spent_usd: float
    spent_tokens: int


class Project:
    """One project: its runs and its datasets."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name

    @property
    def runs(self) -> Runs:
        """Start, follow, stop and resume runs."""
        return Runs(self.lab, self.name)

    @property
    def datasets(self) -> Datasets:
        """List, read and export datasets."""
        return Datasets(self.lab, self.name)

    @property
    def history(self) -> History:
        """Log, commit, branch, tag, merge and restore datasets."""
        return History(self.lab, self.name)

    @property
    def prompts(self) -> Prompts:
        """Keep prompts and their history, compare and hand them on."""
        return Prompts(self.lab, self.name)

    @property
    def playground(self) -> Playground:
        """Put one prompt to one model."""
        from rowsmith.app.playground import Playground

        return Playground(self.lab, self.name)

    @property
    def guides(self) -> Guides:
        """Begin guided talks, list them, go on with one."""
        from rowsmith.app.guides import Guides

        return Guides(self.lab, self.name)

    @property
    def edits(self) -> Edits:
        """Edit rows by hand."""
        return Edits(self.lab, self.name)

    @property
    def differences(self) -> Differences:
        """What differs between versions, and what edits change."""
        return Differences(self.lab, self.name)

    @property
    def shaping(self) -> Shaping:
        """Split, sample, balance, shuffle and combine datasets, and change their columns."""
        return Shaping(self.lab, self.name)

    @property
    def reviews(self) -> Reviews:
        """Review rows, and list what people think of them."""
        return Reviews(self.lab, self.name)

    @property
    def judges(self) -> Judges:
        """What the scores of judges give away, and what becomes of them with another judge."""
        from rowsmith.app.judges import Judges

        return Judges(self.lab, self.name)

    @property
    def review_queues(self) -> ReviewQueues:
        """Queues of rows that people are to look at."""
        from rowsmith.app.review_queues import ReviewQueues

        return ReviewQueues(self.lab, self.name)

    @property
    def reviewers(self) -> Reviewers:
        """Send rows to people who review them elsewhere, and take what they say."""
        from rowsmith.app.reviewers import Reviewers

        return Reviewers(self.lab, self.name)

    @property
    def quality(self) -> Quality:
        """Check datasets and files, and grade them."""
        from rowsmith.app.quality import Quality

        return Quality(self.lab, self.name)

    @property
    def events(self) -> Events:
        """What has happened."""
        return Events(self.lab, self.name)

    @property
    def calls(self) -> Calls:
        """List stored answers, look at one, hand them on, take them in."""
        return Calls(self.lab, self.name)

    @property
    def provenance(self) -> Provenance:
        """Where rows came from, what came of a source, and how a source is forgotten."""
        from rowsmith.app.provenance import Provenance

        return Provenance(self.lab, self.name)

    @property
    def sources(self) -> Sources:
        """What its runs have fetched from outside, and what its datasets cover."""
        return Sources(self.lab, self.name)

    def show(self) -> ProjectFacts:
        """The project's caps and what is spent against them."""
        return _facts(store.get(self.lab.db, self.name))

    def set_budget(self, *, usd: float | None = None, tokens: int | None = None) -> ProjectFacts:
        """Set both caps; None is no cap. What is spent stays counted."""
        return _facts(store.set_budget(self.lab.db, self.name, usd=None if usd is None else round(usd * PICO), tokens=tokens))


class Projects:
    """All projects of a home."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def create(self, name: str) -> Project:
        """Make a project.

        Raises:
            Conflict: there is one of this name.
            Invalid: the name cannot be used.
        """
        store.create(self.lab.db, name)
        return Project(self.lab, name)

    def list(self) -> list[ProjectFacts]:
        """Every project, by name."""
        return [_facts(found) for found in store.all_projects(self.lab.db)]

    def rename(self, name: str, new: str) -> Project:
        """Give a project another name. Its runs, datasets, prompts, caps and keys stay its own; commands name it by the new one.

        Raises:
            NotFound: there is none. Conflict: there is one of the new name, or a run of it is being carried out.
            Invalid: the new name cannot be used. Unavailable: a key of it cannot be decrypted, so it cannot go along.
        """
        secrets, ring = Secrets(self.lab.db), partial(kek.ring, self.lab.environ)
        store.rename(self.lab.db, name, new, lambda conn: secrets.move(conn, scope_of(name), scope_of(new), ring))
        return Project(self.lab, new)

    def delete(self, name: str) -> None:
        """Delete a project with all its runs and datasets. Stored answers stay.

        Raises:
            NotFound: there is none.
        """
        store.delete(self.lab.db, name)


def _facts(found: store.Project) -> ProjectFacts:
    return ProjectFacts(
        found.name, None if found.usd_cap is None else found.usd_cap / PICO, found.tokens_cap, found.usd / PICO, found.tokens
    )
