"""Row to and from foreign clothes, one file each, pure."""
