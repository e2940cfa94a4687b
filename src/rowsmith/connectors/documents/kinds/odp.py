"""OpenDocument slides, as LibreOffice and others write them."""

from __future__ import annotations

from rowsmith.connectors.documents.opendocument import opendocument

MIMETYPE = b"application/vnd.oasis.opendocument.presentation"
read = opendocument
