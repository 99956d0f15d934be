"""The command line: one file a verb, which reads arguments, calls `app` and shows what it gives. No logic."""
