"""Spark for data flows: the compiler's trees in Spark's words, the vectorized functions as they are, and a session.

Everything of Spark's is in here. `spelling.py` is where the trees are put into Spark SQL, `evaluation.py` what a run
asks for; `session.py` and `functions.py` import the driver, which is an extra, and are loaded when it is wanted.
"""
