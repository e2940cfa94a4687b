"""Records on their way to becoming rows of a conversion; those that become none are rejected, with what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rowsmith.app.rejects import Rejects
from rowsmith.core.errors import Invalid, Problem, RowFailed
from rowsmith.core.records import Fault, Record
from rowsmith.core.row import Row
from rowsmith.formats import Format, Mapping
from rowsmith.steps.importing import row_of

MOST_PROBLEMS = 20


class RecordRows:
    """Makes rows of records. Ids say the line: the file's number within an archive, and the line in it."""

    def __init__(self, mapping: Mapping, format: Format, rejects: Rejects) -> None:
        self._mapping, self._format, self._rejects = mapping, format, rejects
        self._last: Record | None = None
        self._files = 0

    def all(self, records: Iterable[Record | Fault]) -> Iterator[Row]:
        """The rows of the records."""
        for record in records:
            if (row := self.row(record)) is not None:
                yield row

    def row(self, record: Record | Fault) -> Row | None:
        """The row of the record that comes next; None where it becomes none."""
        if isinstance(record, Fault):
            self._rejects.add(record.file, record.line, record.reason, record.detail, record.raw or None)
            return None
        try:
            data, _ = row_of(record, self._mapping, self._format)
        except RowFailed as error:
            self._rejects.add(record.file, record.line, error.reason, error.what, record.data)
            return None
        if self._last is None or record.file != self._last.file:
            self._files += 1
        self._last = record
        return Row(f"{self._files:08x}{record.line:024x}", b"", data)

    def not_held(self, row: Row, error: RowFailed) -> None:
        """The row that came last cannot be written."""
        if self._last is not None:
            self._rejects.add(self._last.file, self._last.line, error.reason, error.what, self._last.data)


def require_some(rejects: Rejects, read: int, name: str) -> None:
    """Raises Invalid where `read` counts no record, and what was rejected are empty files alone."""
    if not read and all(one["reason"] == "empty_file" for one in rejects.listed):
        raise Invalid(f"There is no record in {name}.", "Check that it is the file that you mean, and that something is in it.")


def require_none(rejects: Rejects, said: str) -> None:
    """Raises Invalid, the error of `--strict`, where a record was rejected."""
    if not rejects.count:
        return
    problems = [Problem(f"{one['reason']}: {one['detail']}", file=one["file"], line=one["line"]) for one in rejects.listed[:MOST_PROBLEMS]]
    fix = "Repair them, or leave --strict out: then they are listed, and the others taken."
    raise Invalid(f"{rejects.count:,} {'record' if rejects.count == 1 else 'records'} cannot be taken. {said}", fix, problems)
