"""Scores how good the answers of a row are."""

from __future__ import annotations

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.step import PromptText
from rowsmith.steps.graded import Graded


class Quality(Graded):
    """Asks a model how good the answer of a row is for its instruction, whatever the row's shape, and gives `scores.<into>`, 1 to 6.

    Source: the EVOL QUALITY score of Liu et al., "What Makes Good Data for Alignment?" (DEITA), arXiv 2312.15685, given directly here, with the
    mean over `draws` for the expectation over the score's tokens. An answer that was rejected is not shown. For several criteria with reasons, and
    for a source: `score.judge`.
    """

    reads = ("system", "question", "context", "answer", "other")

    into: str = Field("quality", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("quality"), min_length=1, description="What is asked. It or `system` must use {{ record }}.")
    system: PromptText = Field(shipped("quality_system"), description="The system prompt; empty for none.")
