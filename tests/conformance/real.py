"""Comparisons on configurations that people made: the kernel's defconfigs, and Debian's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import read_lines
from kresolve.errors import ConfigFileError, TreeError
from kresolve.evaluator import evaluate
from kresolve.sources.oracle import make_target
from tests.conformance.comparison import Comparison, as_bytes
from tests.conformance.debian_configs import debian_configs
from tests.conformance.matrix import Kind

_TARGET: Final = re.compile(r"^([A-Za-z0-9_]+_defconfig):", re.MULTILINE)


def _defconfigs(work: Comparison) -> None:
    """Each defconfig of an architecture; those that its Makefile merges, by make."""
    tree = work.tree
    assert tree.source is not None
    relative = Path("arch", tree.info.srcarch, "configs")
    files = sorted((tree.source.path / relative).glob("*defconfig"))
    for path in files:
        theirs = work.conf(f"defconfig={relative / path.name}")
        lines, _ = read_lines(path, exact_unset=tree.model.dialect.exact_unset)
        work.same(path.name, theirs, evaluate(tree.model, lines, "defconfig").text(), {})
    makefile = tree.source.path / "arch" / tree.info.srcarch / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    for name in dict.fromkeys(_TARGET.findall(text)):
        if name in {path.name for path in files}:
            continue
        theirs = work.timed(make_target(tree.source, name, arch=tree.info.arch))
        base = tree.base(name)
        work.same(name, theirs, tree.olddefconfig(base.lines).text(), {})
        work.same_lines(name, theirs, base.lines)


def _debian(work: Comparison) -> None:
    """Each configuration of Debian's kernels, given to olddefconfig."""
    try:
        paths = debian_configs(work.task.tree, work.task.arch)
    except TreeError as error:
        raise ConfigFileError("apt could not fetch the package linux-config of it") from error
    if not paths:
        raise ConfigFileError("Debian has no package linux-config of it")
    for path in paths:
        text = read_config(path)
        theirs = work.conf("olddefconfig", text)
        mine = work.tree.olddefconfig(path).text()
        work.same(path.name, theirs, mine, {"input.config": as_bytes(text)})


#: What is done for a kind of task.
KINDS: Final[Mapping[Kind, Callable[[Comparison], None]]] = {
    "defconfig": _defconfigs,
    "debian": _debian,
}
