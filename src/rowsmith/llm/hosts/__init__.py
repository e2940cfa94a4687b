"""Processes of ours that hold a library and answer questions over loopback: `Host` is such a process seen from outside."""
