"""How proofs look in the terminal: of a home, a dataset, a lock, a bundle. Each exits 1 when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab


def tell_proof(lab: Lab, dataset: str | None, project: str, lock: Path | None, rebuild: bool, as_json: bool) -> NoReturn:
    """Prove a home, one of its datasets, or what a lock says of it."""
    from rowsmith.app.proof import verify, verify_lock
    from rowsmith.cli.show import print_json

    proof = verify_lock(lab, lock, project=project) if lock else verify(lab, dataset, project=project, rebuild=rebuild)
    if as_json:
        print_json(proof.dump())
    else:
        _tell({**proof.checked, "erased": len(proof.erased)}, proof.problems)
        for said in proof.erased:
            typer.echo(f"  erased by request: {said}")
    raise typer.Exit(0 if proof.ok else 1)


def tell_bundle(path: Path, signers: Sequence[str], as_json: bool) -> NoReturn:
    """Prove a bundle."""
    from rowsmith.app.bundles import verify_bundle
    from rowsmith.cli.show import print_json, vars_of

    proof = verify_bundle(path, signers)
    if as_json:
        print_json({"ok": proof.ok, **vars_of(proof)})
    else:
        _tell(proof.checked, proof.problems)
        if proof.version:
            typer.echo(f"version {proof.version} of {proof.dataset}, {proof.rows:,} rows")
        if proof.erased:
            typer.echo(f"  of {len(proof.erased):,} rows, which were erased, the hashes alone")
        typer.echo(f"  signed by {', '.join(proof.signers.version) or 'nobody'}; the bundle is sealed by {proof.signers.bundle or 'nobody'}")
        if not signers:
            typer.echo("  whether these are who you trust, --signer FINGERPRINT asks", err=True)
    raise typer.Exit(0 if proof.ok else 1)


def _tell(checked: Mapping[str, int], problems: Sequence[Mapping[str, str]]) -> None:
    from rowsmith.cli.show import table

    typer.secho("ok" if not problems else f"{len(problems)} problems", fg="red" if problems else "green", bold=True)
    table(["checked", "count"], checked.items())
    for problem in problems:
        typer.echo(f"  {problem['kind']}: {problem['what']} ({problem['where']})", err=True)
