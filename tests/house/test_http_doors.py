"""The terminal and HTTP are doors to the same acts: whatever a command does, a request does, or it is said here why not."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from terminal import commands

import rowsmith.api

OPERATIONS = {
    "backup": "download_backup", "balance": "balance_dataset", "branch": "create_branch list_refs delete_ref", "bundle": "download_bundle",
    "calls export": "export_calls", "calls import": "import_calls", "calls list": "list_calls", "calls show": "get_call", "cancel": "cancel_run",
    "check": "check_recipe", "cherry-pick": "cherry_pick", "chunk": "look_at_chunked_source", "clean": "look_at_cleaned_source",
    "columns": "change_columns", "combine": "combine_datasets", "commit": "commit_dataset", "compare": "compare_runs",
    "coverage": "list_coverage show_plan", "datasets": "list_datasets", "detect": "detect_file", "diff": "diff_dataset list_edits list_moved",
    "doctor": "get_doctor",
    "edit": "edit_row add_row remove_row count_matching edit_matching discard_edits undo_edit redo_edit list_acts", "events": "list_events",
    "export": "export_datasets download_datasets preview_export", "export-check": "check_export",
    "forget": "forget_source list_forgotten lift_forgotten", "formats": "list_formats", "gc": "sweep_home",
    "guide": "begin_guide list_guides get_guide reply_to_guide go_on_with_guide stop_guide set_guide",
    "import": "import_files get_import commit_import get_import_rejects list_samples", "keys add": "add_key", "keys list": "list_keys",
    "keys remove": "remove_key", "licences": "show_licences", "lock": "show_lock", "log": "log_dataset", "merge": "merge_dataset",
    "models add": "add_model", "models list": "list_models", "models test": "test_model", "origin": "show_origin", "plan": "quote_recipe",
    "plugins list": "list_plugins", "project budget": "set_project_budget", "project create": "create_project",
    "project delete": "delete_project", "project list": "list_projects get_project", "project rename": "rename_project",
    "prompts add": "add_prompt", "prompts diff": "diff_prompt", "prompts export": "export_prompt", "prompts fork": "fork_prompt",
    "prompts infer": "infer_prompt", "prompts lint": "lint_prompt", "prompts list": "list_prompts", "prompts log": "log_prompt",
    "prompts restore": "restore_prompt", "prompts show": "get_prompt", "prompts tag": "tag_prompt list_prompt_tags delete_prompt_tag",
    "prompts test": "test_prompt look_at_question ask_model", "pull": "pull_dataset", "push": "push_dataset",
    "quality": "list_checks begin_checks plan_checks list_check_runs show_quality list_flags pass_gate download_report remove_flagged fix_flagged",
    "read": "look_at_source place_of_source take_source", "recipes": "list_recipes", "recipes copy": "get_recipe_yaml",
    "recipes show": "get_recipe", "redact": "redact_dataset", "resume": "resume_run",
    "review add": "add_review review_matching", "review agree": "show_agreement", "review calibrate": "calibrate_score",
    "review diff": "diff_reviews", "review drift": "get_drift", "review export": "download_reviews", "review import": "import_reviews",
    "review list": "list_reviews summarize_reviews", "review next": "show_next give_review skip_row show_behind",
    "review queue": "list_queues create_queue", "rollback": "roll_back_dataset", "rows": "list_rows get_row", "rubrics": "list_rubrics",
    "run": "start_run", "runs": "list_runs get_run list_troubles list_draws get_judges", "sample": "sample_dataset", "schema": "get_schema",
    "show": "show_dataset list_columns list_versions", "shuffle": "shuffle_dataset", "sources": "list_sources get_source refresh_source",
    "split": "split_dataset preview_split show_overlap", "steps": "list_steps get_step", "stop": "stop_run", "tag": "create_tag",
    "trace": "trace_source", "verify": "verify_home", "worth": "measure_worth",
}  # fmt: skip
"""By command, the operations that do the same."""
OTHERWISE = {
    "": "names the version: get_health does", "serve": "is the server",
    "restore": "makes a home of a copy (restore_dataset is of a version): the home that is served is there already",
    "upgrade": "changes the schema below a server", "plugins trust": "lets code run: a page must not be able to",
    "keys allow": "lets a key go to another address: a page must not be able to", "keys disallow": "with `keys allow`",
    "keys rotate": "makes a key in the user's configuration folder", "convert": "is an import and an export here",
    "optimize": "not over HTTP yet", "prompts refine": "not over HTTP yet: reply_to_guide refines in a talk",
}
"""By command that no operation stands for, why."""
OF_THE_WEB = {
    "get_health", "stream_events", "begin_upload", "get_upload", "put_upload_part", "complete_upload", "delete_upload", "restore_dataset",
}
"""Operations that no command stands for."""


def operations() -> set[str]:
    """Every operation that is served."""
    found = [import_module(f"rowsmith.api.{path.stem}") for path in Path(rowsmith.api.__file__).parent.glob("*.py")]
    return {route.operation_id for module in found if hasattr(module, "router") for route in module.router.routes}


def test_every_command_has_its_operations_or_a_reason() -> None:
    assert set(OPERATIONS) | set(OTHERWISE) == set(commands())
    assert not set(OPERATIONS) & set(OTHERWISE)


def test_every_operation_has_its_command() -> None:
    named = {operation for spoken in OPERATIONS.values() for operation in spoken.split()}
    assert named | OF_THE_WEB == operations()
    assert not named & OF_THE_WEB
