"""Cutting long rows into short ones."""
