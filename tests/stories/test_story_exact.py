"""Exactness: targets, budgets, and what the same command means again."""

from __future__ import annotations

from pathlib import Path

from exact import budget, few_inputs, never_parses, target, token_cap
from together import partly, second_time


def test_a_target_is_reached_exactly_through_errors(tmp_path: Path, seed: int) -> None:
    target(tmp_path, "sqlite", seed=seed, wanted=120, rows=300).hold()


def test_a_target_with_too_few_inputs(tmp_path: Path, seed: int) -> None:
    few_inputs(tmp_path, seed=seed).hold()


def test_a_model_that_never_parses_gives_no_row(tmp_path: Path) -> None:
    never_parses(tmp_path, "sqlite").hold()


def test_the_budget_is_never_passed(tmp_path: Path, kind: str, seed: int) -> None:
    budget(tmp_path, kind, seed=seed, rows=100).hold()


def test_the_budget_survives_kills(tmp_path: Path, seed: int) -> None:
    budget(tmp_path, "sqlite", seed=seed, rows=100, kills=2).hold()


def test_unknown_outcomes_count_against_the_budget(tmp_path: Path, seed: int) -> None:
    budget(tmp_path, "sqlite", seed=seed, rows=60, faults={"reset_body": 0.05}).hold()


def test_the_token_cap_is_never_passed(tmp_path: Path) -> None:
    token_cap(tmp_path, "sqlite").hold()


def test_the_same_command_again(tmp_path: Path) -> None:
    second_time(tmp_path, "sqlite").hold()


def test_partial_and_replaced_versions(tmp_path: Path) -> None:
    partly(tmp_path, "sqlite").hold()
