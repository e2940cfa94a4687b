"""What a sandbox asks of Linux: namespaces of its own, mounts that cannot be written, and a filter that refuses system calls.

Read by launcher.py, which runs apart from the project: the standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
"""User, mount, process, network, IPC, host name and control group (CLONE_NEW...)."""
NOSUID, NODEV, NOEXEC, READ_ONLY = 2, 4, 8, 1
_BIND, _REC, _PRIVATE, _REMOUNT, _DETACH = 4096, 16384, 1 << 18, 32, 2
_SETATTR, _PIVOT, _HERE, _RECURSIVE = 442, {"x86_64": 155, "aarch64": 41}, -100, 0x8000
_NEW_THREAD, _UNIX = 0x10000, 1
_EPERM, _ENOSYS = 1, 38
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    "x86_64": (
        57, 58, 101, 135, 155, 161, 165, 166, 175, 176, 246, 248, 249, 250, 272, 298, 300, 303, 304, 308, 310, 311, 312, 313, 319, 320, 321,
        323,
    ),
    "aarch64": (39, 40, 41, 51, 92, 97, 104, 105, 106, 117, 217, 218, 219, 241, 262, 264, 265, 268, 270, 271, 272, 273, 279, 280, 282, 294),
}  # fmt: skip
"""fork and vfork, ptrace, personality, pivot_root, chroot, mount and umount2, modules, kexec, keys, unshare and setns, perf_event_open,
fanotify_init, handles of files, process_vm_*, kcmp, memfd_create, bpf and userfaultfd."""
_REFUSED_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442, 447)
"""io_uring, the newer mounts, pidfd_open, pidfd_getfd and memfd_secret."""
_CLONE, _CLONE3, _SOCKET = {"x86_64": 56, "aarch64": 220}, 435, {"x86_64": 41, "aarch64": 198}

_c = ctypes.CDLL(None, use_errno=True)


def _done(answer: int, what: str) -> None:
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def known() -> bool:
    """Whether there is a filter for this kind of machine."""
    return platform.machine() in _ARCHITECTURES


def unshare() -> None:
    """Leave every namespace of the system for a new one."""
    _done(_c.unshare(NAMESPACES), "unshare")


def die_with_parent() -> None:
    """End when the process that started this one does."""
    _done(_c.prctl(1, 9, 0, 0, 0), "prctl")


def private() -> None:
    """What is mounted from now on is seen by nobody else."""
    _mount("none", "/", "", _REC | _PRIVATE)


def empty(path: str, flags: int, options: str) -> None:
    """An empty folder in memory."""
    _mount("tmpfs", path, "tmpfs", flags, options)


def shown(path: str, at: str) -> None:
    """A file or folder of the system, and all below it, that can be read there and not written."""
    _mount(path, at, "", _BIND | _REC)
    attributes = struct.pack("QQQQ", READ_ONLY | NOSUID | NODEV, 0, 0, 0)
    _done(_c.syscall(_SETATTR, _HERE, at.encode(), _RECURSIVE, attributes, len(attributes)), "mount_setattr")


def device(path: str, at: str) -> None:
    """A device of the system, there."""
    _mount(path, at, "", _BIND)


def sealed(path: str) -> None:
    """A folder that was mounted, from now on unwritable."""
    _mount("none", path, "", _REMOUNT | _BIND | READ_ONLY | NOSUID | NODEV)


def entered(root: str) -> None:
    """Make a folder the root of all there is; what was before is gone."""
    os.chdir(root)
    _done(_c.syscall(_PIVOT[platform.machine()], b".", b"."), "pivot_root")
    _done(_c.umount2(b".", _DETACH), "umount")
    os.chdir("/")


def _mount(source: str, at: str, kind: str, flags: int, options: str = "") -> None:
    _done(_c.mount(source.encode(), at.encode(), kind.encode() or None, flags, options.encode() or None), f"mount {at}")


def filtered() -> None:
    """From now on, for good: no further process, no sockets but those between threads, and none of the calls above."""
    program = _program(platform.machine())
    _done(_c.prctl(38, 1, 0, 0, 0), "no_new_privs")
    held = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)))
    _done(_c.prctl(22, 2, ctypes.byref(header), 0, 0), "seccomp")


def _program(machine: str) -> bytes:
    """The filter, as Linux takes it: for each call what becomes of it."""
    load, equal, at_least, any_of, give = 0x20, 0x15, 0x35, 0x45, 0x06
    number, architecture, first = 0, 4, 16
    steps = [(load, 0, 0, architecture), (equal, 1, 0, _ARCHITECTURES[machine]), (give, 0, 0, _KILL), (load, 0, 0, number)]
    steps += [(at_least, 0, 1, 0x40000000), (give, 0, 0, _REFUSE | _EPERM)]  # x32, the other numbering of x86-64
    for call in (*_REFUSED[machine], *_REFUSED_EVERYWHERE):
        steps += [(equal, 0, 1, call), (give, 0, 0, _REFUSE | _EPERM)]
    steps += [(equal, 0, 1, _CLONE3), (give, 0, 0, _REFUSE | _ENOSYS)]  # its flags cannot be seen; the C library asks for clone then
    steps += [(equal, 0, 4, _CLONE[machine]), (load, 0, 0, first), (any_of, 1, 0, _NEW_THREAD), (give, 0, 0, _REFUSE | _EPERM), (give, 0, 0, _ALLOW)]
    steps += [(equal, 0, 3, _SOCKET[machine]), (load, 0, 0, first), (equal, 1, 0, _UNIX), (give, 0, 0, _REFUSE | _EPERM), (give, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
