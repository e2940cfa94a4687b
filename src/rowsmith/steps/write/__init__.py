"""Putting rows where others can use them."""
