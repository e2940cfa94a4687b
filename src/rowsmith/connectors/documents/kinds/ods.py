"""OpenDocument spreadsheets as documents; read as records they are the containers' part."""

from __future__ import annotations

from functools import partial

from rowsmith.connectors.documents.workbook import workbook

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
read = partial(workbook, "ods")
