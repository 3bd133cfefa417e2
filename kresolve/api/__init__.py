"""The public Python functions: what `from kresolve import ...` gives and the commands use."""
