"""From Kconfig files to the model: Kconfiglib, and the grammar that it lacks.

The only user of Kconfiglib.  A tree is parsed in a child process
(:mod:`kresolve.sources.model_cache`).
"""
