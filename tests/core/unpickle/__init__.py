"""Pickles of strangers."""
