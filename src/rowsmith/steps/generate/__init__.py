"""Making rows from rows."""
