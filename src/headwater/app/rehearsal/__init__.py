"""Rehearsals of whole workspaces: what a path means, what of it is rehearsed, and what came of it."""
