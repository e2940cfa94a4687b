"""Uploads: files that come in parts; `upload:ID` names one wherever a file is named."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import Field

from rowsmith.api.acting import ByServer, Served
from rowsmith.api.bodies import Body
from rowsmith.app.uploads import PART_BYTES, Upload, Uploads
from rowsmith.core.errors import Invalid

router = APIRouter(prefix="/uploads", tags=["uploads"])


class NewUpload(Body):
    """A file that is to come."""

    name: str = Field(min_length=1, max_length=255, description="What it is called; its suffix helps to tell what it is.", examples=["rows.csv"])


@router.post("", operation_id="begin_upload", status_code=201)
def begin_upload(served: ByServer, wanted: NewUpload) -> Upload:
    """Begin an upload."""
    return Uploads(served.lab).begin(wanted.name)


@router.get("/{upload}", operation_id="get_upload")
def get_upload(served: ByServer, upload: str) -> Upload:
    """Which parts have come: an upload that broke off goes on with the others."""
    return Uploads(served.lab).get(upload)


@router.put("/{upload}/parts/{n}", operation_id="put_upload_part", status_code=204, openapi_extra={
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
})  # fmt: skip
async def put_upload_part(request: Request, served: ByServer, upload: str, n: int) -> None:
    """Send a part, from number 1 on; at most 64 MB. One may be sent again."""
    await _receive(request, served, upload, n)


@router.post("/{upload}/complete", operation_id="complete_upload")
def complete_upload(served: ByServer, upload: str) -> Upload:
    """Put the parts together."""
    return Uploads(served.lab).complete(upload)


@router.delete("/{upload}", operation_id="delete_upload", status_code=204)
def delete_upload(served: ByServer, upload: str) -> None:
    """Remove an upload."""
    Uploads(served.lab).delete(upload)


async def _receive(request: Request, served: Served, upload: str, n: int) -> None:
    taken = 0
    with Uploads(served.lab).part(upload, n) as file:
        async for some in request.stream():
            taken += len(some)
            if taken > PART_BYTES:
                raise Invalid(f"A part has at most {PART_BYTES:,} bytes.", "Send smaller parts.")
            await asyncio.to_thread(file.write, some)
