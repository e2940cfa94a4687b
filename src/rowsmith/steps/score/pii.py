"""Flags personal data and credentials in the texts of a row."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.pii import TITLES
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.steps.checking import Check
from rowsmith.steps.recognising import Recognising, masked


class Pii(Recognising, Check):
    """Finds e-mail addresses, phone numbers, cards, bank accounts, national identity and tax numbers, IP and MAC addresses, keys and tokens, Bitcoin
    addresses, passport numbers and dates of birth in every text of a row, chats and preferences too, and gives their number by `scores.<into>`.

    Where a kind has check digits they must be right; where it has none, or is bare digits, a word must name it (`Tel.`, `SSN`, `born on`).
    Each finding is a flag whose reason is the kind; it tells where the value stands, and of the value no more than a hint. Names and addresses
    of people need a model: `names`. To take them out: `transform.anonymise`, `rowsmith redact`.
    """

    into: str = Field("pii", min_length=1, description="Name of the score: how many values were found.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its flags."""
        flags = [
            Flag("pii", one.kind, f"{TITLES.get(one.kind, one.kind)}: {masked(one.kind, part.text[one.start : one.end])}", 1.0, part.path,
                 (one.start, one.end))
            for part, one in self.found(row.data)
        ]  # fmt: skip
        yield self.told(row, {self.into: len(flags)}, flags)

    def check(self) -> list[str]:
        """Own kinds that cannot be, and a model for names that is not there."""
        return self.problems()
