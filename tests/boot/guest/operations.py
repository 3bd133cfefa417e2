"""What CRIU is asked to do in a guest, operation by operation.

The guest reads this (``main.py`` beside it), and so do the tests that hold the profile to what
was measured.  It needs nothing but Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Operation:
    """One thing that CRIU has to do.

    ``needs`` names the features of the profile that promise it together, with commas.
    ``object`` is made by ``objects.c``, in the namespaces that ``namespaces`` names by unshare's
    letters, after the shell commands ``prepare``.  ``options`` go to dump and restore alike.
    ``afterwards`` are shell commands in the restored process' namespaces that have to succeed.
    ``how`` names the procedure in ``main.py``, ``iptables`` the flavour that user space has.
    ``cause`` says why CRIU cannot do it, whatever the kernel has; before the version ``since``,
    if it has one.
    """

    name: str
    needs: str
    object: str = "loop"
    options: str = ""
    namespaces: str = ""
    prepare: str = ""
    afterwards: str = ""
    how: str = "dump"
    iptables: str = "legacy"
    cause: str = ""
    since: str = ""

    def settled(self, criu: str, kernel: str) -> str:
        """Why this version of CRIU cannot do it, on this version of the kernel; "" if it can."""
        if self.is_asked_for_credentials and older(criu, "4.2") and not older(kernel, "6.16"):
            return "CRIU 4.1 asks every socket for SO_PASSCRED, which kernels since 6.16 refuse"
        return self.cause if not self.since or older(criu, self.since) else ""

    @property
    def is_asked_for_credentials(self) -> bool:
        """Does CRIU before 4.2 ask for SO_PASSCRED where kernels since 6.16 refuse that?

        It asks every socket, and a network namespace has some; Unix and netlink sockets answer.
        """
        refusing = {"sockets-tcp", "sockets-udp", "sockets-packet", "sockets-raw"}
        return bool(refusing & self.features) or "-n" in self.namespaces.split()

    @property
    def contained(self) -> bool:
        """Has it a root of its own?"""
        return "-m" in self.namespaces.split()

    @property
    def features(self) -> frozenset[str]:
        """The features that promise it."""
        return frozenset(filter(None, self.needs.split(",")))


def older(version: str, than: str) -> bool:
    """Is a version, as in "6.12.117", before another one?"""
    first, second = (
        [int(number) for number in text.split("-")[0].split("+")[0].split(".")]
        for text in (version, than)
    )
    return first < second


#: What any process may have; each object is an operation of its own name.
_PROCESS = (
    *("loop", "tree", "threads", "zombie", "membarrier", "memory_shared", "memory"),
    *("ghost_file", "fifo", "pid_fd"),
)
#: Objects, by the feature that promises them.
_OBJECTS = {
    "terminals": ("pty", "terminal"),
    "timers": ("posix_timer", "interval_timer", "timer_fd"),
    "events": ("event_fd", "event_poll", "signal_fd", "inotify"),
    "sockets-unix": ("unix_stream", "unix_datagram", "unix_seqpacket", "unix_listen"),
    "sockets-tcp": ("tcp_listen",),
    "sockets-udp": ("udp",),
    "sockets-netlink": ("netlink",),
    "sockets-packet": ("packet",),
    "sockets-raw": ("raw", "raw_send_only"),
    "shared-memory": ("memfd", "posix_shm"),
    "fanotify": ("fanotify",),
    "aio": ("aio",),
    "hugetlb": ("hugetlb",),
    "seccomp": ("seccomp",),
    "rseq": ("rseq",),
    "audit": ("login_uid",),
}

_TCP = Operation("tcp_established", "sockets-tcp", "tcp_established", "--tcp-established")
#: The network lock of CRIU's default, and those that can be asked for.
_LOCKS = ("iptables", "nftables", "skip")
#: What promises connections with the default lock, and with that by iptables-nft.
_HELD = "sockets-tcp,network-lock-iptables"
_HELD_NFT = f"{_HELD}-nft"
#: All that a container has of its own, the user namespace aside.
_CONTAINER = "-u -i -p -m -n"
_ALL = f"{_CONTAINER} -U"
_SKIP = "--network-lock skip"
_LOCKED = "net-ns,network-lock-iptables"
#: The features that promise these namespaces; `container` promises all of them.
_OWN = "uts-ns,ipc-ns,pid-ns,net-ns"


def _established() -> list[Operation]:
    found = []
    for lock in _LOCKS:
        options = f"--tcp-established --network-lock {lock}"
        needs = "sockets-tcp" if lock == "skip" else f"sockets-tcp,network-lock-{lock}"
        name = f"tcp_established, lock {lock}"
        found.append(replace(_TCP, name=name, needs=needs, options=options))
    found.append(replace(_TCP, name="tcp_established, default lock", needs=_HELD))
    found.append(
        replace(
            _TCP,
            name="tcp_established, default lock, iptables-nft",
            needs=_HELD_NFT,
            iptables="nft",
        )
    )
    for lock in _LOCKS[:2]:
        options = f"--tcp-established --network-lock {lock}"
        name = f"tcp6_established, lock {lock}"
        needs = f"ipv6,sockets-tcp,network-lock-{lock}"
        found.append(Operation(name, needs, "tcp6_established", options))
    return found


def _network_namespaces() -> list[Operation]:
    def inside(name: str, needs: str, **fields: str) -> Operation:
        return Operation(f"netns, {name}", needs, namespaces="-n", **fields)

    # With an end outside: what a container has.
    outside = "nsenter -t 1 -n /sbin/ip link"
    away = f"{outside} del v0 2>/dev/null; "
    veth = f"{away}{outside} add v0 type veth peer name v1 && {outside} set v1 netns $$"
    macvlan = (
        f"{away}{outside} add v0 type veth peer name v1"
        f" && {outside} add mv0 link v0 type macvlan && {outside} set mv0 netns $$"
    )
    nft = "nft add table inet t && nft add chain inet t c '{ type filter hook input priority 0; }'"
    return [
        inside("default lock", _LOCKED),
        inside("default lock, iptables-nft", f"{_LOCKED}-nft", iptables="nft"),
        inside(
            "lock nftables",
            "net-ns,network-lock-nftables",
            options="--network-lock nftables",
        ),
        inside("lock skip", "net-ns", options=_SKIP),
        inside(
            "tcp_established, default lock",
            f"net-ns,{_HELD}",
            object="tcp_established",
            options="--tcp-established",
        ),
        inside(
            "tcp_established, default lock, iptables-nft",
            f"net-ns,{_HELD_NFT}",
            object="tcp_established",
            options="--tcp-established",
            iptables="nft",
        ),
        inside(
            "tcp_established, lock nftables",
            "net-ns,sockets-tcp,network-lock-nftables",
            object="tcp_established",
            options="--tcp-established --network-lock nftables",
        ),
        inside("tun", "net-ns,tun", object="tun", options=_SKIP),
        inside(
            "veth",
            "net-devices",
            prepare=veth,
            options=f"{_SKIP} --external veth[v1]:v0",
            afterwards="ip link show v1",
        ),
        inside(
            "bridge",
            "net-devices",
            prepare="ip link add br0 type bridge",
            options=_SKIP,
            afterwards="ip link show br0",
        ),
        inside(
            "macvlan",
            "net-devices",
            prepare=macvlan,
            options=f"{_SKIP} --external macvlan[mv0]:v0",
            afterwards="ip link show mv0",
        ),
        inside(
            "nft rule",
            "net-ns,network-lock-nftables",
            prepare=f"{nft} && nft add rule inet t c tcp dport 22 accept",
            options=_SKIP,
            afterwards="nft list ruleset | grep -q 'dport 22'",
        ),
        inside(
            "iptables rule",
            _LOCKED,
            prepare="iptables -A INPUT -p tcp --dport 22 -j ACCEPT",
            options=_SKIP,
            afterwards="iptables-save | grep -q 'dport 22'",
        ),
        inside(
            "tracked connection",
            "conntrack,sockets-tcp,network-lock-nftables",
            object="tcp_established",
            prepare=f"{nft} && nft add rule inet t c ct state established accept",
            options=f"--tcp-established {_SKIP}",
        ),
    ]


def _namespaces() -> list[Operation]:
    """A process in one namespace of its own, and all others shared."""
    return [
        Operation(
            "namespace, uts",
            "uts-ns",
            namespaces="-u",
            prepare="hostname crhost",
            afterwards='[ "$(hostname)" = crhost ]',
        ),
        Operation("namespace, ipc", "ipc-ns", "sysv_ipc", namespaces="-i"),
        # Process numbers are those of /proc, so a root of its own comes with them.
        Operation("namespace, pid", "pid-ns", namespaces="-p -m"),
    ]


def _containers() -> list[Operation]:
    def inside(
        name: str, namespaces: str = _CONTAINER, needs: str = _OWN, **fields: str
    ) -> Operation:
        return Operation(f"container, {name}", needs, namespaces=namespaces, **fields)

    return [
        inside(
            "uts",
            "-u -p -m",
            "uts-ns,pid-ns",
            prepare="hostname crhost",
            afterwards='[ "$(hostname)" = crhost ]',
        ),
        inside("ipc", "-i -p -m", "ipc-ns,pid-ns", object="sysv_ipc"),
        inside("all but user", needs=f"{_OWN},network-lock-iptables", object="sysv_ipc"),
        inside(
            "all but user, lock nftables",
            needs=f"{_OWN},network-lock-nftables",
            object="sysv_ipc",
            options="--network-lock nftables",
        ),
        inside("all but user, lock skip", object="sysv_ipc", options=_SKIP),
        inside("all", _ALL, "container,network-lock-iptables", object="sysv_ipc"),
        inside(
            "all, iptables-nft",
            _ALL,
            "container,network-lock-iptables-nft",
            object="sysv_ipc",
            iptables="nft",
        ),
        inside("all, lock skip", _ALL, "container", object="sysv_ipc", options=_SKIP),
        inside(
            "all but user, tcp_established",
            needs=f"{_OWN},{_HELD}",
            object="tcp_established",
            options="--tcp-established",
        ),
        inside(
            "sysfs and devpts",
            "-p -m -n",
            needs="pid-ns,net-ns,terminals",
            prepare="mount -t sysfs s /sys && mkdir -p /dev/pts && mount -t devpts d /dev/pts",
            options=_SKIP,
            afterwards="[ -d /sys/kernel ] && [ -e /dev/pts/ptmx ]",
        ),
    ]


def _mounts() -> list[Operation]:
    def mounted(name: str, needs: str, **fields: str) -> Operation:
        return Operation(f"mount, {name}", needs, namespaces="-m", **fields)

    return [
        mounted(
            "tmpfs",
            "process",
            prepare="mount -t tmpfs t /mnt && echo hi >/mnt/f",
            afterwards='[ "$(cat /mnt/f)" = hi ]',
        ),
        mounted(
            "overlay",
            "overlayfs",
            prepare="mkdir -p /layers/l /layers/u /layers/w && echo low >/layers/l/f && mount -t"
            " overlay -o lowerdir=/layers/l,upperdir=/layers/u,workdir=/layers/w o /mnt",
            afterwards='[ "$(cat /mnt/f)" = low ]',
        ),
        mounted(
            "autofs",
            "autofs",
            object="autofs",
            prepare="mknod /dev/autofs c 10 235",
        ),
        mounted(
            "binfmt_misc",
            "binfmt-misc",
            prepare="mount -t binfmt_misc b /proc/sys/fs/binfmt_misc",
            afterwards="[ -e /proc/sys/fs/binfmt_misc/status ]",
        ),
    ]


def _cgroups() -> list[Operation]:
    """The limits of each controller of cgroup v1: set and read in the group's directory."""

    def limit(controller: str, file: str, value: str, before: str = ":") -> Operation:
        return Operation(
            f"cgroup v1, {controller}",
            "cgroups",
            options="--manage-cgroups",
            how="cgroup-v1",
            prepare=f"{before} && echo {value} >{file}",
            afterwards=f'[ "$(cat {file})" = "{value}" ]',
        )

    return [
        limit("pids", "pids.max", "77"),
        limit("memory", "memory.limit_in_bytes", "67108864"),
        limit("cpuset", "cpuset.cpus", "0", "echo 0 >cpuset.mems"),
        Operation(
            "cgroup v1, devices",
            "cgroups",
            options="--manage-cgroups",
            how="cgroup-v1",
            prepare="echo a >devices.deny && echo 'c 1:3 rwm' >devices.allow",
            afterwards='[ "$(cat devices.list)" = "c 1:3 rwm" ]',
        ),
        Operation(
            "cgroup v1, freezer",
            "cgroups",
            options="--manage-cgroups",
            how="cgroup-v1",
            prepare="[ -e freezer.state ]",
            afterwards='[ "$(cat freezer.state)" = THAWED ]',
        ),
    ]


def _others() -> list[Operation]:
    locks = "--file-locks"
    return [
        Operation(
            "ping", "sockets-raw", "ping", cause="CRIU 4.1 knows no ping sockets", since="4.2"
        ),
        Operation(
            "message_queue",
            "",
            "message_queue",
            cause="CRIU has no support for open message queues",
        ),
        Operation("file_lock", "process", "file_lock", locks),
        Operation("posix_lock", "process", "posix_lock", locks),
        Operation("pre-dump", "memory-tracking", "memory", "--track-mem", how="pre-dump"),
        Operation("lazy pages", "lazy-pages", "memory", how="lazy-pages"),
        Operation("time_namespace", "time-ns", "time_namespace"),
        Operation(
            "32 bits",
            "compat-32bit",
            "compat",
        ),
        Operation("cgroup v2", "process", options="--manage-cgroups", how="cgroup"),
        Operation(
            "cgroup v2, pids.max",
            "cgroups",
            options="--manage-cgroups",
            how="cgroup-limit",
            cause="of a v2 group CRIU keeps the files cgroup.*; the limits are the runtime's",
        ),
        Operation("cgroup v2, freezer", "process", options="--manage-cgroups", how="freezer"),
    ]


OPERATIONS: tuple[Operation, ...] = (
    Operation("start", "start", how="check"),
    *(Operation(name, "process", name) for name in _PROCESS),
    *(Operation(name, needs, name) for needs, names in _OBJECTS.items() for name in names),
    *_others(),
    *_cgroups(),
    *_established(),
    *_network_namespaces(),
    *_namespaces(),
    *_containers(),
    *_mounts(),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
