"""The door of what is queued: runs are carried out here though nobody waits for them."""
