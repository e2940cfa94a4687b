"""Carries out a recipe: plan, run, resume, stop."""
