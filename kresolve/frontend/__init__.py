"""From a kernel tree to its model: the grammar, by way of Kconfiglib."""

from kresolve.frontend.loading import load_model, parse_tree

__all__ = ["load_model", "parse_tree"]
