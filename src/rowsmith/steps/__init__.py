"""The verbs on rows, one file each."""
