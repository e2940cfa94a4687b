"""Letting rows through, or not."""
