"""Makes a sandbox, carries a program out in it, and ends everything in it when its time is over. Run by its path, with the standard library alone.

One line of JSON on standard input says what to do: {root, files, time_s, memory_bytes, scratch_bytes, told, result}: an empty folder to mount on, the
program's files by name (main.py is begun with), the limits, and two descriptors: `told` for what the launcher has to say, `result` for the program.

    launcher   outside; gives the sandbox its users, and watches the time
      keeper   in new namespaces; starts what is process 1 there
        first  builds the folder tree, starts the program, and takes all processes with it when it ends
          the program   no capability, no further process, a filter of system calls
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import sysconfig
from collections.abc import Callable
from glob import glob
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowsmith.connectors.execution import calls
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import calls

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
FILES = ("/etc/ld.so.cache", "/usr/share/zoneinfo")
OTHERS = ("/usr/lib/python3*/dist-packages", "/usr/local/lib/python3*/*-packages", "/usr/lib*/python3*/site-packages")
"""Where packages lie that are not the standard library."""
NOBODY, INSIDE = 65534, 1
"""The user that a program of root's runs as, and its number in the sandbox."""
RESULT = 3
"""The program's descriptor for its result."""
_FLAGS = calls.NOSUID | calls.NODEV


def main() -> None:
    """Carry out what is asked. The answer on `told`: {why} where there is no sandbox, else {late} or {ended}, the exit status."""
    job: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    born, go, why = os.pipe(), os.pipe(), os.pipe()
    keeper = os.fork()
    if keeper == 0:
        _part(why[1], lambda: _keep(job, born[1], go[0], why[1]))
    for end in (born[1], go[0], why[1], job["result"], 0, 1, 2):
        os.close(end)
    reason = "" if os.read(born[0], 1) else _said(why[0])
    try:
        if not reason:
            _give_users(keeper)
    except OSError as error:
        reason = f"users: {error}"
    if not reason:
        os.write(go[1], b"1")
    over = os.pidfd_open(keeper)
    late = not select.select([over], [], [], job["time_s"] if not reason else 0)[0]
    if late:
        os.kill(keeper, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1])
    reason = reason or _said(why[0])
    with os.fdopen(job["told"], "w") as told:
        json.dump({"why": reason} if reason else {"late": True} if late else {"ended": ended}, told)


def _said(pipe: int) -> str:
    return os.read(pipe, 1000).decode(errors="replace")


def _part(why: int, work: Callable[[], int]) -> None:
    """Be a process of the sandbox; what goes wrong is said on `why`."""
    status = 1
    try:
        status = work()
    except BaseException as error:  # noqa: BLE001 - said to whoever asked, whatever it is
        os.write(why, str(error).encode()[:900])
    finally:
        os._exit(status)


def _keep(job: dict[str, Any], born: int, go: int, why: int) -> int:
    """New namespaces; users are given to them from outside."""
    calls.unshare()
    calls.die_with_parent()
    os.write(born, b"1")
    if not os.read(go, 1):
        return 1
    first = os.fork()
    if first == 0:
        _part(why, lambda: _first(job, why))
    os.close(why)
    return os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])


def _give_users(keeper: int) -> None:
    """Root's program runs as nobody; anybody else's as who started it."""
    own = (os.geteuid(), os.getegid())
    root = own[0] == 0
    if not root:
        _write(f"/proc/{keeper}/setgroups", "deny")
    for name, outside in (("uid_map", own[0]), ("gid_map", own[1])):
        _write(f"/proc/{keeper}/{name}", f"0 {outside} 1\n{INSIDE} {NOBODY} 1" if root else f"{INSIDE} {outside} 1")


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _first(job: dict[str, Any], why: int) -> int:
    """Process 1: the folder tree, then the program; when this ends, Linux ends all else in the namespace."""
    calls.die_with_parent()
    python = os.path.realpath(sys.executable)
    _build(job, python)
    program = os.fork()
    if program == 0:
        _part(why, lambda: _become(job, python, why))
    for end in (0, 1, 2, why, job["result"]):
        os.close(end)
    while True:
        ended, status = os.wait()
        if ended == program:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _build(job: dict[str, Any], python: str) -> None:
    """The tree: the interpreter and its libraries to read, /given with the program, /scratch to write, /dev/null."""
    root, base = job["root"], sys.base_prefix
    calls.private()
    calls.empty(root, _FLAGS | calls.NOEXEC, "size=1m,mode=755")
    libraries = (*LIBRARIES, f"{base}/lib", sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *_linked(), python, *FILES)
    shown: list[str] = []
    for path in libraries:
        if os.path.exists(path) and not any(path == one or path.startswith(f"{one}/") for one in shown):
            shown.append(path)
            _show(path, root)
    for pattern in (*OTHERS, f"{base}/lib/python3*/site-packages"):
        for path in glob(pattern):
            if os.path.isdir(root + path):
                calls.empty(root + path, _FLAGS | calls.READ_ONLY, "size=4k")
    os.makedirs(f"{root}/dev")
    for name in ("null", "urandom"):
        os.close(os.open(f"{root}/dev/{name}", os.O_CREAT))
        calls.device(f"/dev/{name}", f"{root}/dev/{name}")
    for name in ("given", "scratch"):
        os.mkdir(f"{root}/{name}")
    for name, text in job["files"].items():
        file = os.open(f"{root}/given/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(file, "wb") as out:
            out.write(text.encode("utf-8", "surrogatepass"))
    os.symlink("scratch", f"{root}/tmp")
    calls.empty(f"{root}/scratch", _FLAGS | calls.NOEXEC, f"size={job['scratch_bytes']},nr_inodes=2000,mode=700,uid={INSIDE},gid={INSIDE}")
    calls.sealed(root)
    calls.entered(root)


def _linked() -> list[str]:
    """Folders of the libraries that the interpreter itself is linked with, wherever they lie."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if "/" in line}
    return sorted({os.path.dirname(path) for path in paths if ".so" in path and path.startswith("/") and "/lib" in path})


def _show(path: str, root: str) -> None:
    at = root + path
    os.makedirs(os.path.dirname(at), exist_ok=True)
    if os.path.islink(path) and os.path.isdir(path):
        os.symlink(os.path.relpath(os.path.realpath(path), os.path.dirname(path)), at)
        return
    if os.path.isdir(path):
        os.makedirs(at, exist_ok=True)
    else:
        os.close(os.open(at, os.O_CREAT))
    calls.shown(path, at)


def _become(job: dict[str, Any], python: str, why: int) -> int:
    """The program, in the end: limits, no rights, no system calls but harmless ones."""
    os.setsid()
    if os.getuid() != INSIDE:
        os.setgroups([])
    os.setresgid(INSIDE, INSIDE, INSIDE)
    os.setresuid(INSIDE, INSIDE, INSIDE)
    empty = os.open("/dev/null", os.O_RDONLY)
    os.dup2(empty, 0)
    result = os.dup2(job["result"], 100)
    os.dup2(result, RESULT)
    os.closerange(RESULT + 1, why)
    os.closerange(why + 1, 4096)
    os.set_inheritable(why, False)
    seconds = int(job["time_s"]) + 1
    limits = {
        "AS": job["memory_bytes"], "DATA": job["memory_bytes"], "FSIZE": job["scratch_bytes"], "CPU": seconds, "CORE": 0, "NOFILE": 64,
        "NPROC": 64, "STACK": 8 << 20, "MEMLOCK": 0, "MSGQUEUE": 0, "RTPRIO": 0,
    }  # fmt: skip
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    os.chdir("/scratch")
    calls.filtered()
    os.execve(python, ["python", "-I", "-S", "-B", "-X", "utf8", "/given/main.py"], {"LANG": "C.UTF-8", "HOME": "/scratch"})


if __name__ == "__main__":
    main()
