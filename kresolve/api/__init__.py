"""The package's face in Python: what `from kresolve import ...` gives, and the commands use."""
