"""Reviews as data: written to a file, taken from one, and compared as they stood at two versions, at two times or with two people."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith.app.bundles import reviews_of
from rowsmith.app.edits import row_id
from rowsmith.core.errors import Invalid, RowsmithError
from rowsmith.core.ids import cleaned
from rowsmith.core.review import Review
from rowsmith.store.bundles import REVIEW
from rowsmith.store.edits import Edits
from rowsmith.store.files import atomic_write
from rowsmith.store.reviews import Opinion
from rowsmith.store.reviews import Reviews as Stored

if TYPE_CHECKING:
    from rowsmith.app.reviews import Reviews

COLUMNS = REVIEW
BUNDLE = ".zip"
_HASH = re.compile("[0-9a-f]{32}")
SAID = ("verdict", "score", "label", "note", "fields", "decides")


@dataclass
class Brought:
    """What an import took: reviews `added`, those that were here (`known`), and lines that are none: {line, why}."""

    added: int = 0
    known: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one person's review of a row was and is, by part; None: there was or is none. `by`: who, or the two who are compared."""

    row: str
    by: str
    change: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ReviewDifferences:
    """How reviews differ between two places: `new`, `changed` and `taken back` ones, counted and each told."""

    old: str
    new: str
    counts: dict[str, int]
    differences: Sequence[Difference]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def exported(reviews: Reviews, spoken: str, path: Path) -> int:
    """See Reviews.export."""
    found = [one.review for one in reversed(reviews.list(spoken))]
    lines = [{name: getattr(review, name) for name in COLUMNS} for review in found]
    if _suffix(path) == ".csv":
        text = StringIO()
        table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        table.writeheader()
        for line in lines:
            fields = orjson.dumps(line["fields"]).decode() if line["fields"] else ""
            table.writerow({**line, "fields": fields, "decides": int(line["decides"])})
        body = text.getvalue().encode()
    else:
        body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    with atomic_write(path) as file:
        file.write(body)
    return len(found)


def imported(reviews: Reviews, spoken: str, path: Path) -> Brought:
    """See Reviews.import_."""
    from rowsmith.app.reviews import opinion

    done, (dataset, branch) = Brought(), reviews.branch(spoken)
    stored, edits = Stored(reviews.lab.db, dataset), Edits(reviews.lab.db, dataset, branch)
    taken: list[tuple[str, str, Opinion, str, float]] = []
    for line, record in _records(path):
        try:
            if isinstance(record, Invalid):
                raise record
            row, hash_, author, at = _named(record)
            edits.standing(row)
            for name in ("label", "note"):
                if not isinstance(record.get(name), str | None):
                    raise Invalid(f"Its {name} {record[name]!r} is no text.", "")
            said = opinion(str(record.get("verdict") or ""), _score(record.get("score")), *(record.get(name) for name in ("label", "note", "fields")))
            taken.append((row, hash_, replace(said, decides=bool(record.get("decides"))), author, at))
        except RowsmithError as error:
            done.wrong.append({"line": line, "why": error.what})
        except (TypeError, ValueError) as error:
            done.wrong.append({"line": line, "why": f"A part is not what it should be: {error}."})
    with reviews.lab.db.write() as conn:
        for row, hash_, said, author, at in taken:
            new = stored.add_once(conn, branch, row, hash_, said, author, at)
            done.added += new
            done.known += not new
    return done


def compared(
    reviews: Reviews, spoken: str, versions: Sequence[str] | None, times: Sequence[float] | None, people: Sequence[str] | None
) -> ReviewDifferences:
    """See Reviews.diff."""
    given = [sides for sides in (versions, times, people) if sides is not None]
    if len(given) != 1 or len(given[0]) != 2:
        raise Invalid("Reviews are compared between two places.", "Give two versions, two times or two people: --versions v1,v2.")
    old, new = given[0]
    if versions is not None:
        name = spoken.partition("@")[0]
        sides = [_newest(one.review for one in reviews.list(f"{name}@{version}") if one.current) for version in versions]
    elif times is not None:
        every = [one.review for one in reversed(reviews.list(spoken))]
        sides = [_newest(review for review in every if review.created_at <= time) for time in times]
    else:
        every = [one.review for one in reversed(reviews.list(spoken)) if one.current]
        names = f"{old} > {new}"
        sides = [{(row, names): said for (row, by), said in _newest(every).items() if by == one} for one in (old, new)]
    found = [_difference(key, *(side.get(key) for side in sides)) for key in sorted({*sides[0], *sides[1]})]
    differing = [one for one in found if one is not None]
    counts = Counter(one.change for one in differing)
    return ReviewDifferences(str(old), str(new), {name: counts[name] for name in ("new", "changed", "taken back")}, differing)


_Key = tuple[str, str]


def _newest(reviews: Iterable[Review]) -> dict[_Key, dict[str, Any]]:
    """What each person's review of each row says: of each part the newest."""
    found: dict[_Key, dict[str, Any]] = {}
    for review in sorted(reviews, key=lambda one: (one.created_at, one.n)):
        said = {name: getattr(review, name) for name in SAID}
        said = {name: value for name, value in said.items() if value not in (None, "") and value is not False}
        found.setdefault((review.row, review.author), {}).update(said)
    return found


def _difference(key: _Key, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Difference | None:
    if old == new:
        return None
    return Difference(*key, "new" if old is None else "taken back" if new is None else "changed", old, new)


def _suffix(path: Path, *known: str) -> str:
    if path.suffix not in (".jsonl", ".csv", *known):
        more = " Or a bundle, which ends with .zip." if known else ""
        raise Invalid(f"Reviews are not kept as {path.name!r}.", f"Name a file that ends with .jsonl or .csv.{more}")
    return path.suffix


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any] | Invalid]]:
    """(line, what it says) of a file of reviews; what cannot be read is told as such."""
    suffix = _suffix(path, BUNDLE)
    try:
        text = b"".join(reviews_of(path)).decode() if suffix == BUNDLE else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}.", "Give a file that rowsmith review export wrote.") from error
    if suffix == ".csv":
        table = csv.DictReader(StringIO(text, newline=""))
        if missing := set(COLUMNS[:4]) - set(table.fieldnames or ()):
            raise Invalid(f"{path.name} has no column {sorted(missing)[0]!r}.", f"Its columns are {', '.join(COLUMNS)}.")
        for found in table:
            yield table.line_num, _typed(found)
        return
    for line, one in enumerate(text.split("\n"), 1):
        if one.strip():
            try:
                record: Any = orjson.loads(one)
            except orjson.JSONDecodeError:
                record = None
            yield line, record if isinstance(record, dict) else Invalid("The line is no JSON object.", "")


def _typed(record: Mapping[str, Any]) -> dict[str, Any] | Invalid:
    try:
        return {
            **{name: value or None for name, value in record.items()},
            "created_at": float(record["created_at"]),
            "score": float(record["score"]) if record.get("score") else None,
            "fields": orjson.loads(record["fields"]) if record.get("fields") else None,
            "decides": record.get("decides") in ("1", "true", "True"),
        }
    except (ValueError, TypeError) as error:
        return Invalid(f"A value cannot be read: {error}.", "")


def _named(record: Mapping[str, Any]) -> tuple[str, str, str, float]:
    row, hash_, author, at = (record.get(name) for name in COLUMNS[:4])
    if not isinstance(hash_, str) or not _HASH.fullmatch(hash_):
        raise Invalid("Its hash is none (32 hexadecimal digits).", "")
    if not isinstance(author, str) or not author.strip():
        raise Invalid("It does not say who reviewed (author).", "")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 < at < 1e11:
        raise Invalid("It does not say when it was made (created_at, seconds since 1970).", "")
    return row_id(str(row)), hash_, cleaned(author), float(at)


def _score(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Invalid(f"Its score {value!r} is no number.", "")
    return value
