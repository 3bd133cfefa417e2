"""The pictures that the documentation shows, made anew: ``make pictures``."""

from __future__ import annotations

import sys
from pathlib import Path

from kresolve import Tree
from kresolve.dotconfig.files import write_whole
from kresolve.rendering.graph_file import plan_picture

HERE = Path(__file__).parents[1] / "docs" / "pictures"


def texts(tree: Tree) -> dict[str, str]:
    """The content of each picture by the name of its file; ``tree``: Linux 6.12, x86_64."""
    drawn = plan_picture(tree.plan("criu", base="allnoconfig"))
    return {f"criu{ending}": drawn.text(ending) for ending in (".svg", ".html")}


def main() -> None:
    """Write all of them."""
    for name, text in texts(Tree.load("debian:6.12", arch="x86_64")).items():
        write_whole(HERE / name, text)
        sys.stdout.write(f"{HERE / name}\n")


if __name__ == "__main__":
    main()
