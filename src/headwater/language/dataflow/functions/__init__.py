"""The functions of data flow expressions: one family a file, all of them in `registry.FUNCTIONS`."""
