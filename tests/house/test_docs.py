"""The documentation: generated pages are current, links lead somewhere, and every command that is spoken of exists."""

from __future__ import annotations

import re
import runpy

import pytest
from terminal import ROOT, commands, problems

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "decisions").glob("*.md")])


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """Every page that is generated from code, by its name."""
    found: dict[str, str] = runpy.run_path(str(ROOT / "scripts" / "docs.py"))["pages"]()
    return found


@pytest.mark.parametrize("page", ["cli.md", "steps.md", "formats.md", "export-check.md", "what-works.md"])
def test_generated_pages_are_current(page: str, generated: dict[str, str]) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == generated[page], "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: object) -> None:
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_is_spoken_of_exists(page: object) -> None:
    assert problems(page.read_text(encoding="utf-8")) == []


def test_unknown_commands_and_options_would_be_found() -> None:
    assert problems("`rowsmith rnu x.yaml` and\n```\nrowsmith run x.yaml --bugdet 3\n```\n") == ["rowsmith run --bugdet", "rowsmith rnu"]


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"} <= set(re.findall(r"\]\((\S+?\.md)\)", index))


def test_the_command_line_page_has_every_command() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command, options in commands().items():
        section = page.split(f"\n## rowsmith {command}\n")[-1].split("\n## ")[0] if command else page
        for option in options - {"--help", "--version"}:
            assert f"`{option}" in section, (command, option)
