"""Runs definitions with no store at all: generated rows come in, and what goes out lands in a scratch folder."""
