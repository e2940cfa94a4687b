"""The export check: what the consumer of a file will keep of it, and why not the rest, before it is written or of a file that is there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app import plugins
from rowsmith.app.downloads import one_here
from rowsmith.connectors.containers import read_records
from rowsmith.connectors.tokenizer import opened
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.records import Contents, Fault
from rowsmith.formats import SURE, Check, Checked, Format, Setting, built_in, consumer, consumers
from rowsmith.formats import Mapping as Mapped
from rowsmith.steps.files_beside import require_there
from rowsmith.steps.importing import recognised
from rowsmith.steps.layout import CONTAINERS, suffixes
from rowsmith.steps.sampled import Sample

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

INFO = "dataset_info.json"


@dataclass(frozen=True, slots=True)
class Checking:
    """What is asked of a check. `consumer`: who will read it, default: who usually reads the format. `tokenizer`: a folder, or hf:OWNER/NAME.
    `max_length` in tokens, default: the consumer's own. `anyway`: a check that fails refuses nothing."""

    consumer: str | None = None
    tokenizer: str | None = None
    max_length: int | None = None
    anyway: bool = False

    @contextmanager
    def of(self, setting: Setting, usual: str) -> Iterator[Check | None]:
        """The check of a file; None where nobody in particular reads it.

        Raises:
            NotFound: no such consumer or tokenizer. Invalid: a setting that this consumer does not look at. Unavailable: see `opened`.
        """
        name = self.consumer or usual
        if self.max_length is not None and (self.tokenizer is None or self.max_length < 1):
            raise Invalid("A length in tokens is a number of 1 or more, and needs a tokenizer.", "Give --tokenizer, and then --max-length.")
        if not name:
            if self.tokenizer is not None:
                raise Invalid("Nobody in particular reads this format, so that no length is looked at.", f"Name who will: --for {_names()}.")
            yield None
            return
        found = consumer(name)
        if self.tokenizer is None:
            yield Check(found, setting)
        elif not any(rule.tokens for rule in found.rules):
            measuring = ", ".join(one.name for one in consumers().values() if any(rule.tokens for rule in one.rules))
            raise Invalid(f"The check for {name} looks at no length.", f"Leave --tokenizer out; lengths are looked at for {measuring}.")
        else:
            with opened(self.tokenizer, os.environ) as tokens:
                yield Check(found, replace(setting, tokens=tokens, max_length=self.max_length))

    @contextmanager
    def of_export(self, format: Format, path: Path, suffix: str | None = None) -> Iterator[Check | None]:
        """The check of what is about to be written; `suffix` is that of the files in a folder. Raises as `of`."""
        said = suffixes(Path(f"rows{suffix}") if suffix else path)[0]
        contents = Contents(container=said.lstrip(".") if said in CONTAINERS else format.extension)
        with self.of(Setting(name=path.name, contents=contents), format.consumer) as check:
            yield check


NOTHING = Checking()


def check_file(file: str | Path, checking: Checking = NOTHING) -> Checked:
    """Check a file that is there, whoever wrote it.

    Args:
        file: a path, or an address (https://...). A `dataset_info.json` beside it is read, too.

    Raises:
        NotFound: no such file, consumer or tokenizer. Invalid: the file cannot be read, or nobody is known to read it.
    """
    with one_here(file, os.environ) as path:
        setting = Setting(name=path.name, info=_info(path))
        with checking.of(setting, "" if checking.consumer else _usual(path)) as check:
            if check is None:
                raise Invalid(f"{path.name}: who will read it is not known.", f"Name them: --for {_names()}.")
            for record in read_records(path, path.name, contents=setting.contents):
                if isinstance(record, Fault):
                    check.see_fault(record)
                else:
                    check.see(record.data, record.line)
            return check.done()


def check_dataset(datasets: Datasets, spoken: str, format: str, checking: Checking = NOTHING) -> Checked:
    """Check what an export of `dataset`, `dataset@version` or `run:r12` would be, and write nothing.

    Raises:
        NotFound: no such dataset, format, consumer or tokenizer. Invalid: nobody in particular reads the format, or no row goes into it.
    """
    made = plugins.format(format)
    with checking.of(Setting(contents=Contents(container=made.extension)), made.consumer) as check:
        if check is None:
            raise Invalid(f"Nobody in particular reads {format}.", f"Name who will: --for {_names()}.")
        count, left = 0, ""
        for count, row in enumerate(datasets.rows(spoken, edits=False), 1):
            try:
                record = made.row(row)
                if made.attached != "reference":
                    require_there(record, datasets.lab.files.find)
                check.see(record, count)
            except RowFailed as error:  # left out, which rows_in less rows_out says
                left = left or f"{error.reason}. {error.what}"
        found = check.done(count)
        if left and not found.rows_out:
            raise Invalid(f"None of the {count:,} rows goes into {format}: {left}", "Choose another format, or other rows.")
        return found


def _usual(path: Path) -> str:
    """Who usually reads the format that the file is recognised as; empty where none is."""
    sample = Sample()
    for _ in sample.through(read_records(path, path.name)):
        pass
    found = recognised(sample.records(), Mapped())
    return built_in(found[0].format).consumer if found and found[0].score >= SURE and not found[0].map else ""


def _info(path: Path) -> Mapping[str, Any] | None:
    """The entry of a dataset_info.json beside the file that names it."""
    beside = path.with_name(INFO)
    if not beside.is_file() or beside == path:
        return None
    told = [record.data for record in read_records(beside, INFO) if not isinstance(record, Fault)]
    entries = [entry for one in told for entry in one.values() if isinstance(entry, dict)]
    return next((entry for entry in entries if entry.get("file_name") == path.name), None)


def _names() -> str:
    return ", ".join(consumers())
