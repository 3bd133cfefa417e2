"""The exact text of explanations of real kernels, to be read aloud.

Each case is one file in ``explanations/``.  Other releases of the same kernel
have other line numbers; on them the texts are compared without numbers.  To
write the files anew::

    KRESOLVE_REWRITE_SNAPSHOTS=1 pytest tests/snapshots/test_explanation_snapshots.py
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kresolve import Tree
from kresolve.api.explain_symbol import explain_symbol
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.errors import KresolveError
from kresolve.explanation.derivation import Cause, Fact
from kresolve.planner import Target
from kresolve.rendering.explanation import Explanation
from tests.property.pinning import with_other_value
from tests.property.toys import TREES

EXPECTED = Path(__file__).parent / "explanations"
REWRITE = bool(os.environ.get("KRESOLVE_REWRITE_SNAPSHOTS"))
CLAIMS_AT_LEAST = 15
#: The releases whose line numbers stand in the files.
RELEASES = {"6.1": "6.1.192", "6.12": "6.12.117", "7.x": "7.3.4"}

#: Which kernel, what is asked, on which base, with which lines on top; "change"
#: stands for what would change the value, "mode" for the target.
CASES: dict[str, dict[str, Any]] = {
    "INET_UDP_DIAG-on-allnoconfig": {"ask": "INET_UDP_DIAG", "base": "allnoconfig", "change": True},
    "INET_UDP_DIAG-dropped": {
        "ask": "INET_UDP_DIAG",
        "base": "allnoconfig",
        "lines": "CONFIG_INET_UDP_DIAG=y\n",
        "change": True,
    },
    "INET_UDP_DIAG-only-m": {
        "ask": "INET_UDP_DIAG",
        "lines": "CONFIG_INET_DIAG=m\nCONFIG_INET_UDP_DIAG=y\n",
    },
    "MEMBARRIER-with-EXPERT-answered": {
        "ask": "MEMBARRIER",
        "base": "empty",
        "lines": "CONFIG_EXPERT=y\n",
        "mode": "allnoconfig",
    },
    "MEMBARRIER-selected": {"ask": "MEMBARRIER", "base": "allnoconfig"},
    "DEBUG_INFO_BTF-without-pahole": {"ask": "DEBUG_INFO_BTF=y", "change": True},
    "CRYPTO_LIB_SHA256-selected": {"ask": "CRYPTO_LIB_SHA256"},
    "HZ_250-of-a-choice": {"ask": "HZ_250", "change": True},
    "HZ_250-by-default": {"ask": "HZ_250", "base": "empty"},
    "NR_CPUS-out-of-range": {"ask": "NR_CPUS", "lines": "CONFIG_NR_CPUS=9999\n"},
    "NR_CPUS-without-SMP": {"ask": "NR_CPUS", "base": "allnoconfig"},
    "IPC_NS-or": {"ask": "IPC_NS=y", "base": "allnoconfig"},
    "NAMESPACES-with-EXPERT": {"ask": "NAMESPACES", "base": "empty", "lines": "CONFIG_EXPERT=y\n"},
    "PRINTK-cannot-be-switched-off": {
        "ask": "PRINTK",
        "base": "empty",
        "lines": "# CONFIG_PRINTK is not set\n",
    },
    "TUN-without-modules": {"ask": "TUN", "lines": "CONFIG_TUN=m\n# CONFIG_MODULES is not set\n"},
    "SECCOMP_FILTER-default-without-prompt": {"ask": "SECCOMP_FILTER"},
    "INET-implied": {"ask": "INET", "base": "empty", "lines": "CONFIG_NET=y\nCONFIG_NET_9P=y\n"},
    "UNIX-nobody-asked": {"ask": "UNIX", "base": "empty", "lines": "CONFIG_NET=y\n"},
    "EXT4_FS-by-a-line": {"ask": "EXT4_FS"},
    "DEFAULT_HOSTNAME-a-string": {"ask": "DEFAULT_HOSTNAME", "base": "empty"},
    "BUILD_SALT-a-string-of-mine": {"ask": "BUILD_SALT", "lines": 'CONFIG_BUILD_SALT="a b"\n'},
    "unknown": {"ask": "INET_UPD_DIAG"},
    "RANDOM_KMALLOC_CACHES-transitional": {
        "kernel": "7.x",
        "ask": "RANDOM_KMALLOC_CACHES",
        "base": "empty",
        "lines": "CONFIG_RANDOM_KMALLOC_CACHES=y\n",
    },
    "KMALLOC_PARTITION_CACHES-carried-over": {
        "kernel": "7.x",
        "ask": "KMALLOC_PARTITION_CACHES",
        "base": "empty",
        "lines": "CONFIG_RANDOM_KMALLOC_CACHES=y\n",
    },
    "HZ_250-of-an-old-choice": {
        "kernel": "6.1",
        "ask": "HZ_250",
        "base": "empty",
        "lines": "CONFIG_HZ_250=y\nCONFIG_HZ_1000=y\n",
    },
}

pytestmark = pytest.mark.tree


@cache
def tree_of(kernel: str) -> Tree:
    """The tree of a kernel, for x86_64."""
    return Tree.load(TREES[kernel], arch="x86_64")


def target_of(case: dict[str, Any]) -> Target:
    """The target in which a case is asked."""
    tree = tree_of(case.get("kernel", "6.12"))
    lines = parse_lines(case.get("lines", ""), "my.config")[0]
    base = tree.base(case.get("base", "defconfig"))
    mode = case.get("mode", "olddefconfig")
    return Target(tree.model, base.name, (*base.lines, *lines), mode, tree.model_index)


def explained(case: dict[str, Any]) -> Explanation:
    """The explanation that a case asks for."""
    target = target_of(case)
    change = case.get("change", False)
    return explain_symbol(target, case["ask"], base=target.base, change=change)


def seen(case: dict[str, Any]) -> str:
    """What a person reads."""
    try:
        return f"{explained(case)}\n"
    except KresolveError as error:
        return f"kresolve: {error}\n"


@pytest.mark.parametrize("name", CASES)
def test_an_explanation_reads_so(name: str) -> None:
    """An explanation of a real kernel is, to the letter, what was found good."""
    case = CASES[name]
    kernel = case.get("kernel", "6.12")
    info = tree_of(kernel).info
    if "pahole" in name and dict(info.toolchain).get("PAHOLE") != "not found":
        pytest.skip("this machine has pahole")
    text = seen(case)
    file = EXPECTED / f"{name}.txt"
    if REWRITE:
        EXPECTED.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    expected = file.read_text(encoding="utf-8")
    if info.version != RELEASES[kernel]:
        text, expected = (_unnumbered(one) for one in (text, expected))
    assert text == expected


def _unnumbered(text: str) -> str:
    """A text without line numbers and without line breaks, which depend on them."""
    return " ".join(re.sub(r":\d+\b", ":N", text).split())


def test_every_explanation_has_a_case() -> None:
    """No file in ``explanations/`` is left over from a case that is gone."""
    leftover = {file.stem: file for file in EXPECTED.iterdir() if file.stem not in CASES}
    if REWRITE:
        for file in leftover.values():
            file.unlink()
        leftover = {}
    assert leftover == {}


def test_because_holds_in_the_kernel() -> None:
    """Where a case's derivation says that a cause changes a value, changing it does."""
    checked: set[tuple[str, str]] = set()
    for name, case in CASES.items():
        if name == "unknown":
            continue
        target, asked = target_of(case), asked_lines(case)
        configuration = target.after(asked)
        for fact, cause in claims(explained({**case, "change": False}), target):
            if (fact.name, cause.name) in checked:
                continue
            found = {
                with_other_value(
                    configuration, (*target.lines, *asked), fact.name, cause.name, value
                )[fact.name]
                for value in "ny"
                if value != cause.value
            }
            assert found - {fact.value}, (name, fact, cause)
            checked.add((fact.name, cause.name))
    assert len(checked) >= CLAIMS_AT_LEAST


def claims(found: Explanation, target: Target) -> list[tuple[Fact, Cause]]:
    """The facts of symbols with the bools and tristates that are said to change them."""
    symbols = target.model.symbols
    return [
        (fact, cause)
        for fact in found.derivation.facts.values()
        if fact.name in symbols
        for cause in fact.causes
        if "value" in cause.changes
        and cause.name in symbols
        and symbols[cause.name].is_bool_or_tristate
        and cause.name != target.model.modules
    ]


def asked_lines(case: dict[str, Any]) -> tuple[Line, ...]:
    """The line that a question ``X=y`` supposes."""
    name, equals, value = case["ask"].partition("=")
    return tuple(parse_lines(f"CONFIG_{name}={value}\n", "ask")[0]) if equals else ()
