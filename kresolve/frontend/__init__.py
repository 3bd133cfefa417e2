"""From a kernel tree to its model: the grammar, by way of Kconfiglib."""

from kresolve.frontend.loading import parse_tree

__all__ = ["parse_tree"]
