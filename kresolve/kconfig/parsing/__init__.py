"""Parse Kconfig files into a model: Kconfiglib, and the grammar that it lacks.

Only this package uses Kconfiglib.  A tree is parsed in a child process
(:mod:`kresolve.sources.model_cache`).
"""
