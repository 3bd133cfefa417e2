"""The documents of every command on a real tree, by their JSON Schemas."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from attrs import has

from kresolve import Tree, check
from kresolve.api.fragments import audit_selftests
from kresolve.api.options import AuditOptions
from kresolve.cli import main
from kresolve.planner.profiles import known_profile
from kresolve.results import keys_of
from tests.cli.validation import faults

pytestmark = pytest.mark.tree

LINES = """\
CONFIG_NF_TABLES=m
CONFIG_NETFILTER=y
CONFIG_NR_CPUS=64
CONFIG_LOCALVERSION="-x"
CONFIG_EXPERT=y
# CONFIG_NET is not set
CONFIG_HAVE_PCI=y
CONFIG_NO_SUCH_OPTION=y
CONFIG_USB=maybe
nonsense
"""
COMMANDS = (
    "plan criu NR_CPUS=64 --base allnoconfig",
    "plan TUN UNIX_DIAG --base any",
    "plan IP_NF_FILTER|NF_TABLES=m --base allnoconfig --base defconfig --alternatives 2",
    "plan BPF_JIT MODULES=n TUN=m --base defconfig",
    "check criu:all docker --config my.config",
    "explain NF_TABLES --config my.config --full",
    "explain HZ --base defconfig",
    "lint my.config --base allnoconfig",
    "merge allnoconfig my.config -o out.config --complete",
    "migrate my.config --from debian:6.12 --to debian:6.12",
    "minimize good.config --base allnoconfig",
    "gates EXPERT",
    "gates MODULES --base defconfig",
    "search ^NET --base defconfig",
    "show PREEMPT_VOLUNTARY --base defconfig",
    "show NR_CPUS",
    "audit-selftests --only zram --only tdx",
    "tree show",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_document_is_what_its_schema_says(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Every command's document on Linux 6.12 is allowed by its schema, and says of which tree."""
    monkeypatch.chdir(tmp_path)
    Path("my.config").write_text(LINES, encoding="utf-8")
    Path("good.config").write_text(LINES.partition("CONFIG_NO_SUCH")[0], encoding="utf-8")
    where = ["--arch", "x86_64", *([] if "migrate" in command else ["--tree", "debian:6.12"])]
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        main([*command.split(), *where, "--json"])
    document = json.loads(out.getvalue())

    assert faults(document) == []
    info = document.get("tree") or document.get("to") or document
    assert (info["version"], info["arch"]) == (tree.info.version, "x86_64")


def test_the_documents_of_what_no_command_prints(tree: Tree) -> None:
    """A configuration, a graph, a plan's graph and a backbone of Linux 6.12 are as well."""
    backbone = tree.backbone("INET_UDP_DIAG")
    plan = tree.plan("INET_UDP_DIAG", base="allnoconfig")
    assert backbone is not None
    for result in (tree.target("defconfig").before, tree.graph(), plan.graph, backbone):
        assert faults(result.to_dict()) == []


def _parts(value: object) -> Iterator[object]:
    """A result, and everything of which its document tells."""
    cls = type(value)
    if has(cls) and keys_of(cls):
        yield value
        for key in keys_of(cls):
            yield from _parts(key.get(value))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for part in value:
            yield from _parts(part)


def test_every_part_of_a_result_shows_itself_in_one_short_line(tree: Tree, tmp_path: Path) -> None:
    """In the interpreter, whatever a result of Linux 6.12 has in it is a short line."""
    config = tmp_path / "my.config"
    config.write_text(LINES, encoding="utf-8")
    results = (
        tree.plan("criu", "IP_NF_FILTER|NF_TABLES=m", base="allnoconfig"),
        tree.plan("BPF_JIT", "MODULES=n", "TUN=m", base="defconfig"),
        tree.explain("NF_TABLES", base="defconfig"),
        tree.show("NET", base="defconfig"),
        tree.gates("EXPERT"),
        tree.search("^NET"),
        audit_selftests(tree, AuditOptions(only=["zram", "tdx"])),
        known_profile("criu"),
        check("criu:all", config=config),
    )
    lines = [repr(part) for result in results for part in _parts(result)]

    assert [line for line in lines if len(line) > 250 or "\n" in line] == []
