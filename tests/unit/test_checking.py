"""Checking: what a configuration has of what is asked for, without a tree."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kresolve import check
from kresolve.errors import ConfigFileError, RequestError
from kresolve.fragments.checking import Check, kernel_of
from kresolve.planner.profiles import known_profile
from kresolve.rendering.checks import check_report
from tests.unit.test_config_file import vmlinux

X86 = "# Linux/x86 {version} Kernel Configuration\n\nCONFIG_X86_64=y\n"

#: What the profile asks of 6.12 on x86_64, as a kernel has it that was made with care.
CRIU = [
    symbol
    for one in known_profile("criu").selected(version="6.12.117", arch="x86_64")
    for symbol in one.symbols
]


def config(folder: Path, text: str) -> Path:
    """A file with a text."""
    path = folder / "config"
    path.write_text(text, encoding="utf-8")
    return path


def states(answer: Check) -> dict[str, tuple[str, bool | None]]:
    """Each option's state, and whether it will do."""
    return {row.symbol: (row.state, row.holds) for row in answer.rows}


def kernel_with(names: list[str], version: str = "6.12.117") -> str:
    """A ``.config`` of a version with these options."""
    return X86.format(version=version) + "".join(f"CONFIG_{name}=y\n" for name in names)


def test_built_in_module_off_and_unmentioned(tmp_path: Path) -> None:
    """A row tells what the file says, and whether that is what was asked for."""
    text = (
        'CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=m\n# CONFIG_D is not set\nCONFIG_N=64\nCONFIG_T="x y"\n'
    )
    answer = check(
        *("A", "B=y", "C=y|m", "D", "E", "F=n", "A=n", "N=64", "N=32", 'T="x y"'),
        config=config(tmp_path, text),
    )

    assert [(str(row.item.accept), row.symbol, row.state, row.holds) for row in answer.rows] == [
        ("('y',)", "A", "built in", True),
        ("('y',)", "B", "module", False),
        ("('y', 'm')", "C", "module", True),
        ("('y',)", "D", "missing", False),
        ("('y',)", "E", "missing", False),
        ("('n',)", "F", "missing", True),
        ("('n',)", "A", "built in", False),
        ("('64',)", "N", "set", True),
        ("('32',)", "N", "other value", False),
        ("('x y',)", "T", "set", True),
    ]
    assert answer.status == "fails"


def test_the_users_kernel_of_before(tmp_path: Path) -> None:
    """Where four of the *_DIAG options are missing, these and what follows them are named."""
    gone = {"UNIX_DIAG", "INET_DIAG", "INET_TCP_DIAG", "INET_UDP_DIAG", "NETLINK_DIAG"}
    before = config(tmp_path, kernel_with([name for name in CRIU if name not in gone]))
    answer = check("criu", config=before)

    assert answer.status == "fails"
    assert {row.symbol for row in answer.missing} == gone
    assert check("criu", config=config(tmp_path, kernel_with(CRIU))).status == "holds"


def test_the_file_tells_which_options_count(tmp_path: Path) -> None:
    """Version and architecture of the file decide: PROC_SYSCTL until 6.12, SYSCTL since."""
    old = check("criu:compat-32bit", config=config(tmp_path, kernel_with(CRIU, "6.12.4")))
    new = check("criu:compat-32bit", config=config(tmp_path, kernel_with(CRIU, "7.3.4")))

    assert "PROC_SYSCTL" in states(old)
    assert "SYSCTL" not in states(old)
    assert states(new)["SYSCTL"] == ("missing", False)
    assert "IA32_EMULATION" in states(new)
    assert "COMPAT" not in states(new)


def test_every_kind_of_file_will_do(tmp_path: Path) -> None:
    """A packed file and a kernel image with its configuration are checked as the text is."""
    text = kernel_with(CRIU)
    packed, image = tmp_path / "config.gz", tmp_path / "vmlinux"
    packed.write_bytes(gzip.compress(text.encode()))
    image.write_bytes(vmlinux(b"IKCFG_ST" + gzip.compress(text.encode()) + b"IKCFG_ED"))

    for path in (packed, image):
        answer = check("criu", config=path)
        assert answer.status == "holds"
        assert answer.kernel.version == "6.12.117"


def test_alternatives(tmp_path: Path) -> None:
    """Of options that serve as well as each other one is enough, and is the one shown."""
    path = config(tmp_path, X86.format(version="6.12.1") + "CONFIG_BTRFS_FS=m\n")
    answer = check("docker", config=path)

    assert states(answer)["BTRFS_FS"] == ("module", True)
    assert "OVERLAY_FS" not in states(answer)


@pytest.mark.parametrize("lines", ["CONFIG_A=y\n", "CONFIG_B=m\n", "CONFIG_A=y\nCONFIG_B=y\n"])
def test_a_check_prints_as_the_reports_first_and_last_words(tmp_path: Path, lines: str) -> None:
    """str() and repr() of a check are in the words of the report: the kernel and the verdict."""
    answer = check("A", "B", config=config(tmp_path, X86.format(version="6.12.1") + lines))
    report = check_report(answer).splitlines()

    assert str(answer) == f"{report[0]}: {report[-1]}"
    assert repr(answer).startswith(f"<Check {answer}"[:150])


def test_optional_options_do_not_decide(tmp_path: Path) -> None:
    """What a profile calls optional is shown, and does not make the check fail."""
    required = "NAMESPACES IPC_NS PID_NS".split()
    answer = check("lxc", config=config(tmp_path, kernel_with(required)))

    assert states(answer)["MEMCG"] == ("missing", False)
    assert (answer.status, answer.missing) == ("holds", ())


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    """A profile from a file is asked for by its name, with its features."""
    own = tmp_path / "any.toml"
    own.write_text(
        'name = "mine"\noption = [{ symbol = "A", accept = ["y"], required = true, source = "me" },'
        ' { symbol = "B", accept = ["y"], required = true, source = "me", feature = "more" }]\n',
        encoding="utf-8",
    )
    path = config(tmp_path, "CONFIG_A=y\n")

    assert check("mine", config=path, profile=own).status == "holds"
    assert check("mine:more", config=path, profile=own).status == "fails"
    with pytest.raises(RequestError, match="mine: no such profile"):
        check("mine:more", config=path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("name = 3", r"own.toml: name = 3: a profile's name is lower-case words"),
        ('name = "x"', "a profile has options"),
        ('name = "x"\n[[option]]\nsymbol = "A"', "option A: accept is missing"),
        ("[", "this is no TOML file"),
        (
            (
                'name = "x"\n[[option]]\nsymbol = "CONFIG_A"\naccept = ["y"]\nrequired = true\n'
                'source = "s"'
            ),
            "'CONFIG_A' is no symbol; write it without CONFIG_",
        ),
        (
            (
                'name = "x"\n[[option]]\nsymbol = "A"\naccept = ["y"]\nrequired = true\n'
                'source = "s"\nfetaure = "f"'
            ),
            r"fetaure: no such key; did you mean feature\?",
        ),
    ],
)
def test_a_profile_with_a_mistake_is_refused(tmp_path: Path, text: str, error: str) -> None:
    """What is wrong with a user's profile is said in one line, with the file."""
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFileError, match=error):
        check("x", config=config(tmp_path, ""), profile=own)


@pytest.mark.parametrize(
    ("heading", "version", "arch"),
    [
        (X86.format(version="6.1.0-18-amd64"), "6.1.0-18-amd64", "x86_64"),
        ("# Linux/x86 6.12.1 Kernel Configuration\n", "6.12.1", "i386"),
        ("# Linux/arm64 7.3.4 Kernel Configuration\n", "7.3.4", "arm64"),
        ("CONFIG_A=y\n", "", ""),
    ],
)
def test_the_heading_is_understood(heading: str, version: str, arch: str) -> None:
    """Version and architecture come from the heading that conf writes."""
    kernel = kernel_of(heading)

    assert (kernel.version, kernel.arch) == (version, arch)


def test_lines_that_say_nothing_are_named(tmp_path: Path) -> None:
    """A line of the file that is no assignment is warned of, with its place."""
    path = config(tmp_path, "CONFIG_PID_NS=y\nPID_NS is on\n")
    answer = check("PID_NS", config=path)

    assert answer.status == "holds"
    assert f"warning: {path}:2: not an assignment: PID_NS is on" in answer.notes


def test_a_feature_of_another_architecture_is_named_as_what_lacks(tmp_path: Path) -> None:
    """What needs a feature that is not for this kernel is told to fail for want of it."""
    profile, config = tmp_path / "toy.toml", tmp_path / "config"
    option = 'accept = ["y"]\nrequired = true\nsource = "s"\n'
    profile.write_text(
        'name = "toy"\n[[feature]]\nname = "only"\ndoes = "x"\n'
        '[[feature]]\nname = "more"\ndoes = "y"\ndefault = true\nneeds = ["only"]\n'
        f'[[option]]\nsymbol = "A"\nfeature = "only"\narch = ["arm64"]\n{option}'
        f'[[option]]\nsymbol = "B"\nfeature = "more"\n{option}',
        encoding="utf-8",
    )
    config.write_text("# Linux/x86 6.12.0 Kernel Configuration\nCONFIG_B=y\n", encoding="utf-8")

    text = check_report(check("toy", config=config, profile=profile))

    assert "without only: more" in text
