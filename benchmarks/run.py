"""`make bench`: how long kresolve takes, in runs of the kernel's own conf.

Measures what cases.toml lists, writes the times as JSON into results/, and the
table of docs/benchmarks.md from that.  It judges nothing: a slow machine is no
failure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import asdict

import kresolve
from benchmarks import comparison, scenes, table
from benchmarks.measure import Measurement
from benchmarks.scenes import Scene
from kresolve import Tree
from kresolve.dotconfig.files import write_whole
from kresolve.rendering.terminal import TerminalProgress

HERE = Path(__file__).parent

SCENES: Mapping[str, Callable[[Scene], Iterator[Measurement]]] = {
    "command": scenes.command,
    "cold": scenes.cold,
    "peers": comparison.together,
    "alone": comparison.alone,
    "scaling": scenes.scaling,
    "growth": scenes.growth,
    "reuse": scenes.reuse,
    "parsing": scenes.parsing,
    "evaluator": scenes.evaluator,
    "confirmation": scenes.confirmation,
}


def machine() -> dict[str, Any]:
    """What the times depend on besides the programs."""
    model = ""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                model = value.strip()
                break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model or platform.machine(),
        "processors": os.cpu_count(),
        "memory_gib": round(pages / (1 << 30)),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit that is measured, "+" if files differ from it; empty without git."""
    said = []
    for arguments in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "kresolve"]):
        try:
            answer = subprocess.run(
                ["git", "-C", str(HERE.parent), *arguments],
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            return ""
        said.append(answer.stdout.strip())
    return said[0] + ("+" if said[1] else "")


def measure(cases: dict[str, Any], mode: str, only: Sequence[str]) -> dict[str, Any]:
    """Run the scenes; the report as data."""
    progress = TerminalProgress()
    tree = Tree.load(cases["tree"], arch=cases["arch"], progress=progress)
    tree.oracle.program()
    load = [os.getloadavg()[0]]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="kresolve-bench-") as scratch:
        scene = Scene(
            tree=tree,
            name=cases["tree"],
            arch=cases["arch"],
            cases=cases,
            size=cases[mode],
            objects=Path(scratch),
            tell=progress.note,
        )
        for name in only or SCENES:
            found += [asdict(measurement) for measurement in SCENES[name](scene)]
    load.append(os.getloadavg()[0])
    return {
        "kresolve": kresolve.__version__,
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "mode": mode,
        "machine": machine(),
        "load": [round(value, 1) for value in load],
        "tree": {"name": cases["tree"], "version": tree.info.version, "arch": cases["arch"]},
        "toolchain": dict(tree.info.toolchain),
        "measurements": found,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the results, write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="some minutes (the default)")
    size.add_argument("--full", action="store_true", help="everything, half an hour")
    parser.add_argument("--only", nargs="+", choices=list(SCENES), default=[], metavar="SCENE")
    parser.add_argument("--output", type=Path, help="the JSON (default: benchmarks/results/...)")
    parser.add_argument("--no-table", action="store_true", help="leave docs/benchmarks.md alone")
    options = parser.parse_args(arguments)
    cases = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
    mode = "full" if options.full else "quick"
    data = measure(cases, mode, options.only)
    stamp = data["date"].replace(":", "").replace("+0000", "Z")
    output = options.output or HERE / "results" / f"{stamp}-{mode}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, json.dumps(data, indent=1) + "\n")
    print("\n\n".join(filter(None, (table.markdown(data, group) for group in table.TABLES))))
    if not options.no_table:
        table.put(HERE.parent / "docs" / "benchmarks.md", data)
    print(f"results: {output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
