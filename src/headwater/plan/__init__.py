"""Definitions and parameters to an immutable, printable plan. Dry run and run read the same values."""
