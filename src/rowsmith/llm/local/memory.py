"""How much memory this process may still take."""

from __future__ import annotations

from pathlib import Path

GROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


def available(meminfo: Path = MEMINFO, group: Path = GROUP) -> int | None:
    """Bytes that can be taken without swapping: the system's own figure, or what is left to the container; None where neither is told."""
    found = [figure for figure in (_of_system(meminfo), _of_container(group)) if figure is not None]
    return min(found, default=None)


def shown(size: float) -> str:
    """A size in words: 1.2 GB."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:,.1f} {unit}"


def _of_system(meminfo: Path) -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="utf-8").splitlines() if ":" in line)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _of_container(group: Path) -> int | None:
    """The limit of the control group (version 2) less what is in use and cannot be given back."""
    try:
        limit, used = int((group / "memory.max").read_text()), int((group / "memory.current").read_text())
        kept = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return max(0, limit - used + int(kept.get("inactive_file", 0)) + int(kept.get("active_file", 0)))
    except (OSError, ValueError):
        return None
