"""The composition root: the only place that knows all parts. Verbs call it and show what it gives.

Import from its modules: they differ in what they cost to import (`checking` is cheap, `local` brings everything).
"""
