"""Exports: the formats, what the consumer of a file will keep, the first rows in a format, files on the server, and downloads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import Field
from starlette.background import BackgroundTask

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.api.sending import made
from rowsmith.app.deliveries import Previewed, deliver, preview
from rowsmith.app.export_check import Checking, check_dataset
from rowsmith.app.exports import Export
from rowsmith.app.listing import FormatFacts, list_formats
from rowsmith.app.redaction import Redacted, hiding, recognising

router = APIRouter(tags=["exports"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag, name@version, or run:r12.", examples=["questions@main"])]
Format = Annotated[str, Query(description="Name of a format.", examples=["trl-sft"])]


class Consumer(Body):
    """Who will read a file."""

    consumer: str | None = Field(None, description="Who will read it; default: who usually reads the format.", examples=["trl"])
    tokenizer: str | None = Field(None, description="A folder, or hf:OWNER/NAME: lengths are looked at, too.")
    max_length: int | None = Field(None, ge=1, description="Most tokens; default: the consumer's own.")

    def checking(self, *, anyway: bool = False) -> Checking:
        """As the check takes it."""
        return Checking(self.consumer, self.tokenizer, self.max_length, anyway)


class ToCheck(Consumer):
    """An export to be checked before it is made."""

    format: str = Field(examples=["trl-sft"])


class ToExport(ToCheck):
    """An export."""

    datasets: list[str] = Field(min_length=1, description="Names, name@version or run:r12; several go into one folder.", examples=[["questions"]])
    where: str | None = Field(None, description="Only rows for which this is true.", examples=["reviews.accepted >= 1"])
    provenance: str | None = Field(None, description="column, sidecar or none; default: what suits the format.")
    lock: bool = Field(False, description="Write what the version rests on beside it, too.")
    policy: str | None = Field(None, description="Only rows that it clears: commercial-training, or the path of a YAML file.")
    drop_uncleared: bool = Field(False, description="Leave out rows that it does not clear, instead of refusing.")
    split_by: str | None = Field(None, description="Column by whose values the rows are parted.")
    shard_rows: int | None = Field(None, ge=1, description="Most rows of a file in the folder.")
    suffix: str | None = Field(None, description="Suffix of the files in a folder.", examples=[".jsonl.gz"])
    spreadsheet_safe: bool = Field(False, description="Tables disarm what a spreadsheet would take for a formula.")
    anyway: bool = Field(False, description="A check that fails refuses nothing.")

    def options(self) -> dict[str, Any]:
        """As the export takes them."""
        names = ("where", "provenance", "lock", "policy", "drop_uncleared", "split_by", "shard_rows", "suffix", "spreadsheet_safe")
        return {**{name: getattr(self, name) for name in names}, "checking": self.checking(anyway=self.anyway)}


class ToRedact(Body):
    """What is hidden, and how."""

    kinds: list[str] = Field([], description="Kinds that are hidden; default: all.", examples=[["email", "phone"]])
    skip: list[str] = Field([], description="Values that stay; * stands for anything.")
    how: Literal["mask", "replace", "hash"] = "mask"


class ToFile(ToExport):
    """An export to a place on the server's machine."""

    path: str = Field(description="File or folder to write; it appears whole or not at all.", examples=["out/questions.jsonl"])


@router.get("/formats", operation_id="list_formats")
def get_formats(start: Start = 0, limit: Limit = 200) -> Page[FormatFacts]:
    """The formats: the columns that each needs, whether it is read, too, and which kinds of rows it carries."""
    return page_of(list_formats(), start, limit)


@router.post("/projects/{project}/datasets/{dataset}/export-check", operation_id="check_export")
def check_export(project: InProject, dataset: Spoken, wanted: ToCheck) -> dict[str, Any]:
    """What the consumer will keep of an export, and why not the rest. Nothing is written."""
    return check_dataset(project.datasets, dataset, wanted.format, wanted.checking()).dump()


@router.get("/projects/{project}/datasets/{dataset}/export-preview", operation_id="preview_export")
def preview_export(project: InProject, dataset: Spoken, format: Format, limit: Annotated[int, Query(ge=1, le=50)] = 3) -> Page[Previewed]:
    """The first rows as a format writes them, or why they are left out."""
    return page_of(preview(project.datasets, dataset, format, limit), 0, limit)


@router.post("/projects/{project}/exports", operation_id="export_datasets")
def export_datasets(project: InProject, wanted: ToFile) -> dict[str, Any]:
    """Export to a file or folder on the server's machine."""
    done: Export = project.datasets.export(wanted.datasets, wanted.format, wanted.path, **wanted.options())
    return done.dump()


@router.post("/projects/{project}/downloads", operation_id="download_datasets", response_class=FileResponse)
def download_datasets(project: InProject, wanted: ToExport) -> FileResponse:
    """Export, and send the file; a zip archive where there is more than one."""
    made = deliver(project.datasets, wanted.datasets, wanted.format, **wanted.options())
    kind = "application/zip" if made.path.suffix == ".zip" else "application/octet-stream"
    return FileResponse(made.path, media_type=kind, filename=made.path.name, background=BackgroundTask(made.close))


@router.post("/projects/{project}/datasets/{dataset}/redact", operation_id="redact_dataset", response_class=FileResponse)
def redact_dataset(project: InProject, dataset: Spoken, wanted: ToRedact) -> FileResponse:
    """The rows without personal data and credentials, as a file; `X-Rowsmith-Hidden` says how many values were hidden."""
    finder, hidden = recognising(",".join(wanted.kinds) or None, wanted.skip, ""), hiding(wanted.how, None)
    done = list[Redacted]()
    name = f"{dataset.partition('@')[0]}.redacted.jsonl"
    sent = made(name, lambda path: done.append(project.datasets.redact(dataset, path, finder, hidden)))
    sent.headers["X-Rowsmith-Hidden"] = str(done[0].values)
    return sent
