"""From a kernel tree to its model: the grammar, by way of Kconfiglib."""

from kresolve.frontend.loading import cached_models, load_model, parse_tree

__all__ = ["cached_models", "load_model", "parse_tree"]
