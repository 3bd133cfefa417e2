"""Plans for what CRIU needs, on the real tree, judged by the tree's own conf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from kresolve import Plan, Tree
from kresolve.api.options import Objective
from kresolve.dotconfig.lines import Line, parse_lines

pytestmark = pytest.mark.conf

REQUEST = tuple(
    "CHECKPOINT_RESTORE NAMESPACES UTS_NS IPC_NS PID_NS NET_NS USER_NS FHANDLE EVENTFD EPOLL "
    "UNIX_DIAG INET_DIAG INET_UDP_DIAG PACKET_DIAG NETLINK_DIAG TUN NETFILTER_XT_MARK".split()
)
BASES = ("allnoconfig", "tinyconfig", "empty", "defconfig")

#: The number of lines of each plan, by objective and base; all are proved.
LINES: dict[Objective, dict[str, int]] = {
    "default": {"allnoconfig": 18, "tinyconfig": 22, "empty": 16, "defconfig": 9},
    "lines": {"allnoconfig": 16, "tinyconfig": 15, "empty": 14, "defconfig": 9},
}
#: How many of the requests survive when just their lines are put on a base.
NAIVE = {"allnoconfig": 8, "tinyconfig": 3, "empty": 8, "defconfig": 17}

CASES = [(objective, base) for objective, base in product(LINES, BASES)]
#: Gates whose change is a trick, and an option that implies what is wanted.
TRICKS = ("MODULES", "NETFILTER_ADVANCED", "EXPERT", "64BIT", "COMPILE_TEST", "NET_9P")

_plans: dict[tuple[Objective, str], Plan] = {}


def _plan(tree: Tree, objective: Objective, base: str) -> Plan:
    """The plan of a case; made once."""
    key = objective, base
    if key not in _plans:
        _plans[key] = tree.plan(REQUEST, base=base, objective=objective)
    return _plans[key]


def _values(config: str) -> dict[str, str]:
    lines, bad = parse_lines(config, "conf")
    assert bad == []
    return {line.symbol: line.value for line in lines}


def _kept(tree: Tree, base: str, lines: Iterable[Line]) -> set[str]:
    """The requests that conf keeps when lines are appended to a base."""
    config = tree.conf((*tree.base(base).lines, *lines))
    values = _values(config)
    return {name for name in REQUEST if values.get(name) == "y"}


def _left_out(plan: Plan) -> Iterator[tuple[Line, list[Line]]]:
    """Each line of a plan, with the others."""
    lines = plan.assignments
    for place, line in enumerate(lines):
        yield line, [*lines[:place], *lines[place + 1 :]]


def _superfluous(
    tree: Tree, plan: Plan, pool: ThreadPoolExecutor, choice: slice = slice(None)
) -> list[str]:
    """The lines without which conf keeps all requests just the same."""
    cases = list(_left_out(plan))[choice]
    kept = pool.map(lambda case: _kept(tree, plan.base, case[1]), cases)
    return [
        str(line)
        for (line, _), names in zip(cases, kept, strict=True)
        if names == {request.name for request in plan.request}
    ]


@pytest.mark.parametrize(("objective", "base"), CASES)
def test_the_number_of_lines(tree: Tree, objective: Objective, base: str) -> None:
    """Each plan has as many lines as is known to be best, and says that this is proved."""
    plan = _plan(tree, objective, base)

    assert plan.status == "planned"
    assert len(plan.lines) == LINES[objective][base]
    measures = {measure.name: measure for measure in plan.objective}
    assert measures["lines"].value == len(plan.lines)
    assert all(measure.proved for measure in plan.objective)
    assert plan.objective[0].name == ("lost" if objective == "default" else "lines")


@pytest.mark.parametrize("base", BASES)
def test_the_default_takes_no_trick(tree: Tree, base: str) -> None:
    """By default nothing is lost, nothing is switched off, and no gate is turned."""
    plan = _plan(tree, "default", base)

    measures = {measure.name: measure.value for measure in plan.objective}
    assert (measures["lost"], measures["switched"]) == (0, 0)
    assert [line.text for line in plan.lines if line.value != "y"] == []
    touched = {line.symbol for line in plan.lines} | {change.symbol for change in plan.changes}
    # defaults may follow what the base leaves open; lines and gates are tricks
    assert {line.symbol for line in plan.lines}.isdisjoint(TRICKS)
    assert touched.isdisjoint({"MODULES", "EXPERT", "64BIT", "COMPILE_TEST", "NET_9P"})
    assert all(change.after != "n" for change in plan.changes)


@pytest.mark.parametrize("base", BASES)
def test_the_default_is_what_a_developer_would_write(tree: Tree, base: str) -> None:
    """Beside requests, the lines are the menus around them and one way to IPC."""
    plan = _plan(tree, "default", base)

    menus = {"NET", "INET", "UNIX", "PACKET", "NETFILTER", "NETFILTER_XTABLES", "NETDEVICES"}
    if base == "tinyconfig":  # which has EXPERT, and these off
        menus |= {"MULTIUSER", "PROC_FS"}
    others = {line.symbol for line in plan.lines} - set(REQUEST)
    assert others <= menus | {"SYSVIPC", "POSIX_MQUEUE"}
    assert len(others & {"SYSVIPC", "POSIX_MQUEUE"}) == (base != "defconfig")


@pytest.mark.parametrize(("objective", "base"), CASES)
def test_every_line_says_why(tree: Tree, objective: Objective, base: str) -> None:
    """A line has a reason, a place in the tree and a request that needs it; menu order holds."""
    plan = _plan(tree, objective, base)

    for line in plan.lines:
        assert line.why
        assert line.needed_by
        assert set(line.needed_by) <= set(REQUEST)
        assert line.location is not None
        assert line.role == ("requested" if line.symbol in REQUEST else _other_role(line.value))
    order = list(tree.model.symbols)
    places = [order.index(line.symbol) for line in plan.lines]
    assert places == sorted(places)
    said = {line.symbol for line in plan.lines} | {one.symbol for one in plan.satisfied}
    assert said >= set(REQUEST)


def _other_role(value: str) -> str:
    return "disable" if value == "n" else "prerequisite"


@pytest.mark.parametrize("objective", ["default", pytest.param("lines", marks=pytest.mark.long)])
def test_conf_keeps_all_requests(
    tree: Tree, two_at_a_time: ThreadPoolExecutor, objective: Objective
) -> None:
    """With a plan appended to its base, conf keeps all that was asked for."""
    plans = [_plan(tree, objective, base) for base in BASES]
    kept = two_at_a_time.map(lambda plan: _kept(tree, plan.base, plan.assignments), plans)
    lost = {base: set(REQUEST) - names for base, names in zip(BASES, kept, strict=True)}
    assert {base: names for base, names in lost.items() if names} == {}


def test_bare_lines_do_not_do(tree: Tree, two_at_a_time: ThreadPoolExecutor) -> None:
    """Just the requested lines: conf keeps as many of them as is known, and no more."""
    bare = [Line(name, "y") for name in REQUEST]
    kept = two_at_a_time.map(lambda base: len(_kept(tree, base, bare)), BASES)
    assert dict(zip(BASES, kept, strict=True)) == NAIVE


def test_no_line_can_be_left_out(tree: Tree, two_at_a_time: ThreadPoolExecutor) -> None:
    """Without the first line, one in the middle or one at the end, conf loses a request."""
    plan = _plan(tree, "default", "allnoconfig")
    last = len(plan.lines) - 1
    assert _superfluous(tree, plan, two_at_a_time, slice(0, None, last // 2)) == []


@pytest.mark.long
@pytest.mark.parametrize(("objective", "base"), CASES)
def test_no_line_at_all_can_be_left_out(
    tree: Tree, two_at_a_time: ThreadPoolExecutor, objective: Objective, base: str
) -> None:
    """Without any one line of any of the plans, conf loses a request."""
    assert _superfluous(tree, _plan(tree, objective, base), two_at_a_time) == []


def test_verified_by_conf(tree: Tree) -> None:
    """A plan can be confirmed by conf as it is made, to the last byte of the .config."""
    plan = tree.plan(REQUEST, base="empty", verify="conf")
    assert (plan.verified.evaluator, plan.verified.conf) == (True, True)
    assert plan.assignments == _plan(tree, "default", "empty").assignments
    assert _plan(tree, "default", "empty").verified.conf is None


@pytest.mark.parametrize(
    "base",
    ["allnoconfig", *(pytest.param(base, marks=pytest.mark.long) for base in BASES[1:])],
)
def test_criu(tree: Tree, base: str) -> None:
    """The profile's plan is confirmed by conf, loses nothing and asks for all of the list."""
    plan = tree.plan("criu", base=base, verify="conf")

    assert plan.status == "planned"
    assert plan.verified.conf is True
    # The list that people pass on, but for what others need and what a tun needs.
    asked = {symbol for request in plan.request for symbol in request.symbols}
    assert asked >= {*REQUEST} - {"NAMESPACES", "TUN"}
    measures = {measure.name: measure.value for measure in plan.objective}
    assert (measures["lost"], measures["switched"]) == (0, 0)


@pytest.mark.parametrize(
    "base", ["empty", *(pytest.param(base, marks=pytest.mark.long) for base in BASES[::3])]
)
def test_finished_with_allnoconfig(tree: Tree, base: str) -> None:
    """What ``merge_config.sh -n`` makes of base and plan has all requests, says conf."""
    plan = tree.plan(REQUEST, base=base, mode="allnoconfig", verify="conf")

    assert plan.status == "planned"
    assert plan.verified.conf is True
    config = tree.conf((*tree.base(base).lines, *plan.assignments), "allnoconfig")
    values = _values(config)
    assert [name for name in REQUEST if values.get(name) != "y"] == []


def test_allnoconfig_finish_is_another_question(tree: Tree) -> None:
    """A plan for olddefconfig is not one for allnoconfig: defaults do not hold there."""
    plan = _plan(tree, "default", "empty")
    config = tree.olddefconfig(plan.assignments, mode="allnoconfig")
    assert [name for name in REQUEST if config[name] != "y"] != []


def test_x2apic_needs_64bit(tree: Tree) -> None:
    """X86_X2APIC without 64BIT is impossible, and the conflict names what stands against it."""
    plan = tree.plan("X86_X2APIC", "64BIT=n")

    assert plan.status == "impossible"
    assert (plan.fragment, plan.lines) == ("", ())
    assert plan.conflict is not None
    assert "64BIT" in plan.conflict.symbols
    assert all(rule.location is not None for rule in plan.conflict.rules)


def test_x2apic_needs_64bit_where_that_can_be_off(tree: Tree) -> None:
    """With ARCH=x86, where 64BIT has a prompt, the two requests are in each other's way."""
    plan = Tree.load("debian:6.12", arch="x86").plan("X86_X2APIC", "64BIT=n")

    assert plan.status == "impossible"
    assert plan.conflict is not None
    assert {demand.name for demand in plan.conflict.demands} == {"X86_X2APIC", "64BIT"}


@pytest.mark.parametrize(
    ("request_", "unlocked_by"),
    [
        ("CMDLINE_OVERRIDE", "CMDLINE"),
        ("INITRAMFS_ROOT_UID=5", "INITRAMFS_SOURCE"),
        ('EXTRA_FIRMWARE_DIR="/lib/blobs"', "EXTRA_FIRMWARE"),
    ],
)
def test_texts_unlock_options(tree: Tree, request_: str, unlocked_by: str) -> None:
    """What depends on ``TEXT != ""`` is possible: some text makes it so, and conf agrees."""
    plan = tree.plan(request_, base="defconfig", verify="conf")

    assert plan.status == "planned"
    assert unlocked_by in {line.symbol for line in plan.lines}
    assert plan.verified.conf is True


@pytest.mark.parametrize("number", [2, 64, 512])
def test_numbers(tree: Tree, number: int) -> None:
    """A number within its range is planned, and conf keeps it."""
    plan = tree.plan({"NR_CPUS": number}, base="defconfig", verify="conf")

    assert plan.status == "planned"
    assert plan.verified.conf is True
    assert plan.assignments[-1:] in ((Line("NR_CPUS", str(number)),), ())


def test_a_number_beyond_its_range_takes_more(tree: Tree) -> None:
    """8192 processors are possible, with what extends the range, and conf agrees."""
    plan = tree.plan("NR_CPUS=8192", base="defconfig", verify="conf")

    assert plan.status == "planned"
    assert plan.verified.conf is True
    assert {line.symbol for line in plan.lines} - {"NR_CPUS"}
    assert tree.plan("NR_CPUS=8193", base="defconfig").status == "impossible"
