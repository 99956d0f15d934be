"""Text to tree: the pipeline expression language (`expression/`) and the data flow script (`dataflow/`).

Both have a lexer, a parser, a tree, a printer and functions by family; both report every fault with line,
column and caret. Neither knows what a pipeline or a store is.
"""
