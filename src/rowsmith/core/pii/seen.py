"""A text as the recognisers see it: the words before and after a place, and what the column is called in which it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

Place = tuple[int, int]
"""Characters [start, end) of the text."""
_DIGITS = re.compile(r"\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DELIMITERS = (";", "\t", "|", ",")
_HEAD = 400
"""Most characters of a line that is taken for the head of a table."""
_OTHER = re.compile(
    r"(?:order|ordine|orden|bestellung|bestell\w*|pedido|commande|zam[oó]wienie|ticket|case|invoice|rechnung\w*|facture|factura|fattura|faktura|"
    r"tracking|parcel|paket|pakket|paczka|colis|paquete|pacco|consignment|shipment|sendung\w*|batch|lot|serial|seri[ea]\w*|sku|"
    r"item|article|artikel\w*|"
    r"art|part|parts|teile\w*|pieza|pi[eè]ce|stock|catalog\w*|katalog\w*|model|modell?o?|barcode|ean|isbn|issn|imei|vin|vat|nip|kvk|regon|siret|"
    r"siren|dossier|vorgang|aktenzeichen|akte|contract|contrat|contrato|vertrag\w*|processo|protocolo|boleto|meter|meterstand|z[aä]hler\w*|"
    r"licznik|seed|commit|rev|revision|build|version|release|timestamp|unix time|"
    r"(?<!caller )id|uid|gift code|voucher|coupon|membership|member|booking|"
    r"reference|ref|r[eé]f[eé]rence|referenz\w*|referencia|kundennummer|customer|client|account code|postcode|zip|plz|population|room|page|seite|"
    r"row|line|port|pid|offset|size|total|summe|sum|score|engine|code|docket|flight|plate)$"
)
"""The word right before a number that says that it is the number of something else."""
_NUMBER_OF = re.compile(r"(?:[\s#:.=\"'(\-°º]|\b(?:n[ro]?|no|num(?:ber)?|nummer|num[eé]ro|numer|n[uú]mero|is|was|code)\b)+$")


class Seen:
    """A text with its surroundings. Windows of words are lower case, with `_` and the humps of camelCase as spaces."""

    def __init__(self, text: str, named: str = "") -> None:
        self.text = text
        self.named = plain(named)
        self._said: dict[re.Pattern[str], bool] = {}

    @cached_property
    def digits(self) -> int:
        """How many digits it has."""
        return sum(map(len, self._numbers))

    @cached_property
    def numbers(self) -> int:
        """How many runs of digits it has."""
        return len(self._numbers)

    @cached_property
    def longest(self) -> int:
        """Characters of the longest piece without white space."""
        return max(map(len, self.text.split()), default=0)

    def before(self, at: int, count: int) -> str:
        """What stands in the `count` characters before a place; in a table, what heads its column stands right before it."""
        words = plain(self.text[max(0, at - count) : at])
        head = self.head(at)
        return f"{words} {head}: " if head else f"{self.named}: {words}" if self.named and at <= count else words

    def after(self, at: int, count: int) -> str:
        """What stands in the `count` characters from a place on."""
        return plain(self.text[at : at + count])

    def says(self, words: re.Pattern[str]) -> bool:
        """Whether one of the words stands anywhere in the text, or names its column."""
        found = self._said.get(words)
        if found is None:
            found = self._said[words] = words.search(self._plain) is not None or words.search(self.named) is not None
        return found

    def numbers_something(self, at: int) -> bool:
        """Whether the word before a number makes it the number of an order, a part, a ticket ..."""
        words = plain(self.text[max(0, at - 30) : at])
        ends = _NUMBER_OF.search(words)
        return _OTHER.search(words[: ends.start()] if ends else words) is not None

    def head(self, at: int) -> str:
        """What heads the column of a table of text in which a place stands; empty where it stands in none."""
        if not self._heads:
            return ""
        delimiter, names = self._heads
        starts = self._lines
        line = starts[bisect_right(starts, at) - 1]
        if line == 0 or at - line > 4 * _HEAD:
            return ""
        cell = self.text.count(delimiter, line, at)
        return names[cell] if cell < len(names) else ""

    @cached_property
    def _numbers(self) -> list[str]:
        return _DIGITS.findall(self.text)

    @cached_property
    def _plain(self) -> str:
        return plain(self.text)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(one.end() for one in re.finditer("\n", self.text))]

    @cached_property
    def _heads(self) -> tuple[str, list[str]] | None:
        first, newline, rest = self.text[: 2 * _HEAD].partition("\n")
        if not newline or len(first) > _HEAD or any(char.isdigit() for char in first):
            return None
        for delimiter in _DELIMITERS:
            if (count := first.count(delimiter)) and count == rest.partition("\n")[0].count(delimiter):
                return delimiter, [plain(name) for name in first.split(delimiter)]
        return None


def last(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the last of its words ends in a window of text; None where none stands."""
    ends = [one.end() for one in pattern.finditer(text)]
    return ends[-1] if ends else None


def plain(text: str) -> str:
    """Words as they are compared."""
    return _CAMEL.sub(" ", text).replace("_", " ").lower()


def words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for words that begin where a word begins."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(alternatives)})")
