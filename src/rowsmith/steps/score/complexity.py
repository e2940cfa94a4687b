"""Scores how complex what a row asks for is."""

from __future__ import annotations

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.step import PromptText
from rowsmith.steps.graded import Graded


class Complexity(Graded):
    """Asks a model how complex the instruction of a row is, whatever its shape, and gives `scores.<into>`, 1 to 6; the answer is not shown.

    Source: the EVOL COMPLEXITY score of Liu et al., "What Makes Good Data for Alignment?" (DEITA), arXiv 2312.15685, given directly here. There
    it is what a trained model expects over the score's tokens; providers do not all tell of these, so that here the mean over `draws` stands for it.
    For the selection of that paper: `filter.best` with `score: scores.complexity * scores.quality`.
    """

    reads = ("system", "question", "other")

    into: str = Field("complexity", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("complexity"), min_length=1, description="What is asked. It or `system` must use {{ record }}.")
    system: PromptText = Field(shipped("complexity_system"), description="The system prompt; empty for none.")
