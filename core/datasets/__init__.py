"""Readers and makers of motion data sets."""
