"""The Kconfig language: expressions, values, dialect, the model of a tree, its file."""
