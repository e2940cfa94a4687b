"""Measuring rows."""
