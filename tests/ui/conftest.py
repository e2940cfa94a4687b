"""A browser, and a server with something to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import jsonl
from served import Desk

from rowsmith.api.application import WEB
from rowsmith.connectors.web.browser import PROGRAMS


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser; without one, or without the built application, these tests are left out, and in CI both have to be there."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None or not (WEB / "index.html").is_file():
        missing = "Chromium is missing" if program is None else "the web application is not built: make ui"
        assert os.environ.get("CI") != "true", missing
        pytest.skip(f"NOT TESTED IN A BROWSER: {missing}")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, chromium_sandbox=not root)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server over a home with a dataset `questions` of 40 rows."""
    folder: Path = tmp_path_factory.mktemp("ui")
    with Desk(folder) as made:
        rows = [{"input": f"question {n}", "answer": f"answer {n}"} for n in range(40)]
        made.lab.project().datasets.import_([jsonl(folder / "rows.jsonl", rows)], "questions")
        yield made
