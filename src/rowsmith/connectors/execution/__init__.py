"""Code of strangers, carried out where it can reach nothing. `Sandbox` and `unavailable` are all that others use.

    launcher.py   the program that makes the sandbox and watches over it; the standard library alone
    calls.py      the system calls for it: namespaces, mounts, the filter of system calls; the standard library alone
    trial.py      what runs inside: code and its tests, one result a test; the standard library alone
    sandbox.py    whoever starts it, and reads what it says
"""

from rowsmith.connectors.execution.sandbox import Sandbox, unavailable

__all__ = ["Sandbox", "unavailable"]
