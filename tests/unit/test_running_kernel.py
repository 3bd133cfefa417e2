"""What a kernel shows of itself where nobody can read its configuration."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from kresolve import check
from kresolve.api.bases import running_config
from kresolve.errors import ConfigFileError
from kresolve.fragments.check_items import KernelId, check_items
from kresolve.fragments.checking import check_evidence
from kresolve.fragments.running_kernel import CALLS, RunningKernel, has_call


def machine(root: Path, *paths: str, **texts: str) -> Path:
    """A root directory with some files."""
    for place in paths:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).touch()
    for name, text in texts.items():
        path = (
            root
            / {
                "filesystems": "proc/filesystems",
                "builtin": "lib/modules/1.0/modules.builtin",
                "dep": "lib/modules/1.0/modules.dep",
                "loaded": "proc/modules",
            }[name]
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def look(root: Path, symbol: str, *, call: bool | None = None) -> tuple[str, str] | None:
    """What is known of an option, and how surely."""
    seen = RunningKernel(root, "1.0", lambda name: call).look(symbol)
    return None if seen is None else (seen.value, seen.certainty)


def test_files_are_signs(tmp_path: Path) -> None:
    """A file that is there is a proof; one that is not may be hidden."""
    machine(tmp_path, "proc/sys/kernel/ns_last_pid", f"proc/self/task/{os.getpid()}/children")

    assert look(tmp_path, "CHECKPOINT_RESTORE") == ("y", "sure")
    assert look(tmp_path, "PROC_CHILDREN") == ("y", "sure")
    assert look(tmp_path, "PROC_PAGE_MONITOR") == ("n", "likely")
    assert look(tmp_path, "UNIX98_PTYS") is None, "there is no /dev at all"


def test_lists_of_modules_are_proofs_both_ways(tmp_path: Path) -> None:
    """A module is built in, a file, loaded, or, if both lists are there, not at all."""
    machine(
        tmp_path,
        builtin="kernel/net/unix/unix_diag.ko\n",
        dep="kernel/net/ipv4/udp_diag.ko.xz: kernel/net/ipv4/inet_diag.ko.xz\n",
        loaded="tun 61440 0 - Live 0x0\n",
    )

    assert look(tmp_path, "UNIX_DIAG") == ("y", "sure")
    assert look(tmp_path, "INET_UDP_DIAG") == ("m", "sure")
    assert look(tmp_path, "TUN") == ("m", "sure")
    assert look(tmp_path, "NETLINK_DIAG") == ("n", "sure")
    (tmp_path / "lib/modules/1.0/modules.dep").unlink()
    assert look(tmp_path, "NETLINK_DIAG") is None


def test_file_systems_and_calls(tmp_path: Path) -> None:
    """A file system may be a module's; a call that is missing may be filtered."""
    machine(tmp_path, filesystems="nodev\ttmpfs\nnodev\toverlay\n")

    assert look(tmp_path, "TMPFS") == ("y", "sure")
    assert look(tmp_path, "OVERLAY_FS") == ("on", "sure")
    assert look(tmp_path, "FUSE_FS") is None
    assert look(tmp_path, "MEMBARRIER", call=True) == ("y", "sure")
    assert look(tmp_path, "MEMBARRIER", call=False) == ("n", "likely")
    assert look(tmp_path, "MEMBARRIER") is None


def test_a_check_claims_no_more_than_is_seen(tmp_path: Path) -> None:
    """What is only likely, or not shown, leaves the check open; a proof decides it."""
    root = machine(tmp_path, "proc/self/ns/pid", builtin="", dep="a.ko:\n")
    evidence = RunningKernel(root, "1.0", lambda name: False)

    def status(*names: str) -> str:
        kernel = KernelId("6.12", "x86_64")
        return check_evidence(check_items(names, kernel), evidence, kernel=kernel).status

    assert status("PID_NS") == "holds"
    assert status("PID_NS", "UTS_NS") == "unknown"
    assert status("PID_NS", "MEMBARRIER") == "unknown"
    assert status("PID_NS", "NOBODY_KNOWS") == "unknown"
    assert status("UTS_NS", "UNIX_DIAG=y|m") == "fails"


def test_this_kernel_has_the_calls_that_its_config_says() -> None:
    """The system calls that are tried agree with the configuration of this machine's kernel."""
    names = {"MEMBARRIER": "membarrier", "EVENTFD": "eventfd2", "KCMP": "kcmp"}
    if platform.machine() not in CALLS:
        pytest.skip("the numbers of this machine's calls are not known")
    try:
        config = running_config()
    except ConfigFileError as error:
        pytest.skip(str(error))
    for row in check(*names, config=config).rows:
        assert has_call(names[row.symbol]) is row.holds


def test_without_a_config_the_kernel_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check --config running` on a machine without a readable config says what it goes by."""

    def nothing() -> Path:
        raise ConfigFileError("no config")

    monkeypatch.setattr("kresolve.api.fragments.running_config", nothing)
    answer = check("UTS_NS", config="running")

    assert answer.kernel.version == platform.release()
    assert "checked by what the kernel itself shows" in answer.notes[0]
    assert answer.rows[0].why.startswith("/proc/self/ns/uts is")
