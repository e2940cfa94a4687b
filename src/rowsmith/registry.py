"""Finds steps, formats and providers by name."""
