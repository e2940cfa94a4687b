"""Changing what rows say."""
