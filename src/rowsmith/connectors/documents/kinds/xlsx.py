"""Excel workbooks as documents; read as records they are the containers' part."""

from __future__ import annotations

from functools import partial

from rowsmith.connectors.documents.workbook import workbook

MEMBERS = ("xl/workbook.xml",)
read = partial(workbook, "xlsx")
