"""What code in a sandbox cannot do. Each of these tries to get out, to take more than its share, or to seem to have passed."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sandboxed import needs_sandbox

import rowsmith
from rowsmith.connectors.execution import Sandbox
from rowsmith.core.execution import Executed, Verdict

pytestmark = needs_sandbox
SYSCALL = """
import ctypes
c = ctypes.CDLL(None, use_errno=True)
def call(*a):
    if c.syscall(*a) < 0: raise OSError(ctypes.get_errno(), 'x')
"""
WATCH = "n = c.inotify_init()\nif c.inotify_add_watch(n, b'/etc/passwd', 2) < 0: raise OSError(2, 'x')"
DEAF = "import signal\nfor n in range(1, 32):\n    n in (9, 19) or signal.signal(n, 1)\nwhile True: pass"
THREADS = """
import threading, time
threading.stack_size(32768)
while True:
    try: threading.Thread(target=time.sleep, args=(9,)).start()
    except RuntimeError: pass
"""
FIRST = """
import os, time
for n in (9, 15, 2):
    try: os.kill(1, n)
    except PermissionError: pass
time.sleep(0.1)
"""
NUMBERS = {"x86_64": 0, "aarch64": 1}
PTRACE, READV, MOUNT, UNSHARE, SETNS, KEY, BPF, URING, SHMGET = (
    pair[NUMBERS.get(os.uname().machine, 0)]
    for pair in ((101, 117), (310, 270), (165, 40), (272, 97), (308, 268), (248, 217), (321, 280), (425, 425), (29, 194))
)  # fmt: skip
ESCAPES = {
    "a connection": ("import socket; socket.create_connection(('127.0.0.1', {port}), 2)", "PermissionError"),
    "a name is looked up": ("import socket; socket.getaddrinfo('example.org', 80)", "gaierror"),
    "a datagram": ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))", "PermissionError"),
    "raw packets": ("import socket; socket.socket(17, 3, 3)", "PermissionError"),
    "the machine's host (vsock)": ("import socket; socket.socket(40, 1).connect((2, 22))", "PermissionError"),
    "netlink": ("import socket; socket.socket(16, 3, 0)", "PermissionError"),
    "the socket of a database": ("import socket; socket.socket(1).connect({path!r})", "FileNotFoundError"),
    "a socket without a file": ("import socket; socket.socket(1).connect({abstract!r})", "ConnectionRefusedError"),
    "/etc/passwd": ("open('/etc/passwd')", "FileNotFoundError"),
    "the home": ("import os; os.listdir({home!r} + '/.ssh')", "FileNotFoundError"),
    "a file beside": ("open({secret!r})", "FileNotFoundError"),
    "a way up": ("open('../../../../../../../../etc/shadow')", "FileNotFoundError"),
    "a symbolic link out": ("import os; os.symlink({secret!r}, 'l'); open('l')", "FileNotFoundError"),
    "a hard link": ("import os; os.link(os.__file__, 'l')", "[Errno"),
    "the project": ("import sys; sys.path[:0] = {paths!r}\nimport rowsmith", "ModuleNotFoundError"),
    "what is installed": ("import sys; sys.path[:0] = {paths!r}\nimport pydantic", "ModuleNotFoundError"),
    "the interpreter changed": ("import os; open(os.__file__, 'a')", "[Errno"),
    "a file beside the interpreter": ("import os; open(os.path.dirname(os.__file__) + '/x.py', 'w')", "[Errno"),
    "its own judge changed": ("open('/given/main.py', 'w')", "[Errno"),
    "a file at the root": ("open('/x', 'w')", "[Errno"),
    "the parent's memory": ("open('/proc/1/environ')", "FileNotFoundError"),
    "the kernel's files": ("open('/sys/kernel/uevent_helper', 'w')", "FileNotFoundError"),
    "a disk": ("open('/dev/vda', 'rb')", "FileNotFoundError"),
    "the memory of the machine": ("open('/dev/mem', 'rb')", "FileNotFoundError"),
    "the terminal": ("open('/dev/tty')", "FileNotFoundError"),
    "a device made": ("import os, stat; os.mknod('d', 0o600 | stat.S_IFBLK, os.makedev(8, 0))", "PermissionError"),
    "root": ("import os; os.setuid(0)", "[Errno"),
    "another root": ("import os; os.mkdir('r'); os.chroot('r')", "PermissionError"),
    "a mount": (f"{SYSCALL}call({MOUNT}, b'none', b'/scratch', b'tmpfs', 0, 0)", "PermissionError"),
    "namespaces": (f"{SYSCALL}call({UNSHARE}, 0x10000000)", "PermissionError"),
    "another's namespaces": (f"{SYSCALL}call({SETNS}, 0, 0)", "PermissionError"),
    "ptrace": (f"{SYSCALL}call({PTRACE}, 16, 1, 0, 0)", "PermissionError"),
    "another's memory": (f"{SYSCALL}call({READV}, 1, 0, 0, 0, 0, 0)", "PermissionError"),
    "keys of the kernel": (f"{SYSCALL}call({KEY}, b'user', b'k', b'v', 1, -3)", "PermissionError"),
    "programs of the kernel": (f"{SYSCALL}call({BPF}, 0, 0, 0)", "PermissionError"),
    "a ring of calls": (f"{SYSCALL}call({URING}, 8, 0)", "PermissionError"),
    "shared memory by a key": (f"{SYSCALL}call({SHMGET}, 0x52574d, 0, 0)", "FileNotFoundError"),
    "shared memory": ("from multiprocessing.shared_memory import SharedMemory; SharedMemory('x', True, 8)", "FileNotFoundError"),
    "memory as a file": ("import os; os.memfd_create('x')", "PermissionError"),
    "a watch on files": (SYSCALL + WATCH, "FileNotFoundError"),
    "a further process": ("import os; os.fork()", "PermissionError"),
    "a shell": ("import os\nif os.system('true') != 0: raise PermissionError", "PermissionError"),
    "a program": ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "PermissionError"),
    "a daemon": ("import os\nif os.fork() == 0:\n    os.setsid()\n    os.fork() or os.execv('/bin/sleep', ['sleep', '60'])", "PermissionError"),
    "a program of its own": ("import os; open('p', 'w').write('#!/x'); os.chmod('p', 0o700); os.execv('p', ['p'])", "PermissionError"),
    "a signal to who asked": ("import os; os.kill({pid}, 9)", "ProcessLookupError"),
    "a signal to all": ("import os; os.kill(-1, 9)", "ProcessLookupError"),
    "a secret of the environment": ("import os; os.environ['ROWSMITH_CANARY']", "KeyError"),
    "what is typed": ("import sys; assert sys.stdin.read()", "AssertionError"),
    "open files of others": ("import os\nfor n in range(4, 1024): os.close(n)", "Bad file descriptor"),
    "higher limits": ("import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))", "ValueError"),
    "another name of the machine": ("import socket; socket.sethostname('x')", "PermissionError"),
    "another time": ("import time; time.clock_settime(0, 0)", "PermissionError"),
    "all the memory": ("'a' * (4 << 30)", "MemoryError"),
    "a large file": ("f = open('f', 'wb')\nfor _ in range(64): f.write(bytes(1 << 20))", "[Errno"),
    "many files": ("for n in range(5000): open(str(n), 'w').close()", "[Errno"),
    "endless recursion": ("def f(): f()\nf()", "RecursionError"),
    "an exit": ("raise SystemExit(0)", "SystemExit"),
}  # fmt: skip
SWEEP = "import os, shutil\nfor n in os.listdir('.'): os.unlink(n) if not os.path.isdir(n) else shutil.rmtree(n)"
ENDS = {
    "an endless loop": ("while True: pass", "not done within 1 s"),
    "a long sleep": ("import time; time.sleep(60)", "not done within 1 s"),
    "nothing can interrupt it": (DEAF, "not done within 1 s"),
    "threads without end": (THREADS, "not done within 1 s"),
    "a flood of words": ("while True: print('a' * 100000)", "said more than 1 MB"),
    "a flood of results": ("import os\nwhile True: os.write(3, b' ' * 60000)", "said more than 1 MB"),
    "a quiet end": ("import os; os._exit(0)", "ended by itself, with status 0"),
    "a crash": ("import ctypes; ctypes.string_at(0)", "ended by signal 11"),
    "its own killing": ("import os; os.kill(os.getpid(), 15)", "ended by signal 15"),
    "a verdict closed": ("import os; os.close(3)", "before its tests had"),
}  # fmt: skip


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """What each attempt came to, all in one sandbox beside real sockets, files and variables."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret").write_text("canary", encoding="utf-8")
    abstract = f"\0rowsmith-{os.getpid()}"
    with ExitStack() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROWSMITH_CANARY", "canary")
        patch.chdir(folder)  # a socket's path is short
        listening = [opened.enter_context(closing(socket.socket(kind))) for kind in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX)]
        for one, at in zip(listening, (("127.0.0.1", 0), "s", abstract), strict=True):
            one.bind(at)
            one.listen()
        given = {
            "port": listening[0].getsockname()[1], "path": str(folder / "s"), "abstract": abstract, "home": str(Path.home()),
            "secret": str(folder / "secret"),
            "paths": [str(Path(rowsmith.__file__).parents[1]), *sys.path], "pid": os.getpid(),
        }  # fmt: skip
        attempts = [_filled(code, given) for code, _ in ESCAPES.values()]
        found = Sandbox(time_s=30).execute("", [text for attempt in attempts for text in (attempt, SWEEP)])
    assert found.done, found
    return dict(zip(ESCAPES, found.tests[::2], strict=True))


def _filled(code: str, given: dict[str, object]) -> str:
    for name, value in given.items():
        code = code.replace(f"{{{name}!r}}", repr(value)).replace(f"{{{name}}}", str(value))
    return code


@pytest.mark.parametrize("name", ESCAPES)
def test_an_escape_is_contained_and_told(name: str, tried: dict[str, Verdict]) -> None:
    assert not tried[name].ok
    assert ESCAPES[name][1] in tried[name].error, tried[name].error


@pytest.mark.parametrize("name", ENDS)
def test_what_does_not_end_by_itself_is_ended_and_told(name: str) -> None:
    code, said = ENDS[name]
    found = Sandbox(time_s=1).execute(code, ["assert True"])
    assert not found.passes
    assert said in found.error, found
    assert not _left(_running())


def test_the_first_process_cannot_be_ended_from_within() -> None:
    found = Sandbox().execute(FIRST, ["assert True"])
    assert found.passes, found


def test_nothing_of_one_program_is_there_for_the_next() -> None:
    box = Sandbox()
    assert box.execute("open('/scratch/left', 'w').write('x')", ["assert open('/tmp/left').read() == 'x'"]).passes
    assert not box.execute("", ["open('/scratch/left')"]).passes


def test_ordinary_code_is_carried_out() -> None:
    code = "import json, re, decimal, sqlite3, threading, unicodedata, hashlib, datetime, zoneinfo, asyncio\n"
    code += "async def f(): return 1\nassert asyncio.run(f()) == 1\nt = threading.Thread(target=print)\nt.start()\nt.join()\n"
    tests = ["assert json.loads('[1]') == [1]", "assert sqlite3.connect(':memory:')"]
    assert Sandbox().execute(code, tests) == Executed((Verdict(True), Verdict(True)), True)


def _running() -> set[str]:
    """Numbers of the processes of sandboxes, those of tests beside this one among them, which end by themselves."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found |= {path.parent.name} if b"/given/main.py" in path.read_bytes() else set()
        except OSError:  # it has ended
            continue
    return found


def _left(then: set[str]) -> set[str]:
    """Those of these that do not end."""
    until = time.monotonic() + 60
    while (then := then & _running()) and time.monotonic() < until:
        time.sleep(0.05)
    return then
