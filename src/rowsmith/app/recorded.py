"""Local models of which there is nothing left but their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rowsmith.core.errors import Unavailable
from rowsmith.core.ports import Note


@dataclass(frozen=True, slots=True)
class RecordedWeights:
    """Weights as a run's stored answers name them (core.ports.Weights): a rebuild needs no file, nor would another one at the same place do.

    `profiles`: of each model, `local:` and the hash of its weights.
    """

    profiles: Mapping[str, str]

    def here(self, name: str) -> Path | None:
        """Nothing is looked for."""
        return None

    def fetched(self, name: str, note: Note) -> Path:
        """Nothing is asked."""
        raise Unavailable(f"The weights {name} are not at hand.", "They are not needed to read stored answers.")

    def hash(self, name: str, note: Note) -> str:
        """The recorded hash; of a model that never answered, one that no weights have."""
        return self.profiles.get(f"local/{name}", "").removeprefix("local:") or "unknown"
