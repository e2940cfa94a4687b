"""Models on this machine of which there may be nothing left but their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rowsmith.core.errors import RowsmithError, Unavailable
from rowsmith.core.weights import Note, Weights

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RecordedWeights:
    """Weights as stored answers name them (core.weights.Weights), for a run that asks nobody.

    `profiles`: of each model, a word and the hash of its weights. `files`: where a file that is here goes before them; None: never, as in
    a rebuild, for another one may lie at the same place now.
    """

    profiles: Mapping[str, str]
    files: Weights | None = None

    def here(self, name: str) -> Path | None:
        """Nothing is looked for."""
        return None

    def fetched(self, name: str, note: Note) -> Path:
        """Nothing is asked."""
        raise Unavailable(f"The weights {name} are not at hand.", "They are not needed to read stored answers.")

    def hash(self, name: str, note: Note) -> str:
        """The file's hash, else the recorded one; of a model that never answered, one that no weights have."""
        with suppress(RowsmithError):
            if self.files is not None and self.files.here(name) is not None:
                return self.files.hash(name, note)
        found = (profile.rpartition(":")[2] for model, profile in self.profiles.items() if model.partition("/")[2] == name)
        return next((told for told in found if _HASH.fullmatch(told)), "unknown")
