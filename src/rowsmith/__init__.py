"""Rowsmith makes datasets for language models, proves them, keeps them, and puts them to use."""
