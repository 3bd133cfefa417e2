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

    def settled(self, criu: str) -> bool:
        """Is this version of CRIU unable to do it?"""
        numbers = [[int(n) for n in text.split(".")] for text in (criu, self.since) if text]
        return bool(self.cause) and (not self.since or numbers[0] < numbers[1])

    @property
    def features(self) -> frozenset[str]:
        """The features that promise it."""
        return frozenset(filter(None, self.needs.split(",")))


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
_LOCKED = "container,network-lock-iptables"


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
            "container,network-lock-nftables",
            options="--network-lock nftables",
        ),
        inside("lock skip", "container", options=_SKIP),
        inside(
            "tcp_established, default lock",
            f"container,{_HELD}",
            object="tcp_established",
            options="--tcp-established",
        ),
        inside(
            "tcp_established, default lock, iptables-nft",
            f"container,{_HELD_NFT}",
            object="tcp_established",
            options="--tcp-established",
            iptables="nft",
        ),
        inside(
            "tcp_established, lock nftables",
            "container,sockets-tcp,network-lock-nftables",
            object="tcp_established",
            options="--tcp-established --network-lock nftables",
        ),
        inside("tun", "container,tun", object="tun", options=_SKIP),
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
            "container,network-lock-nftables",
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


def _containers() -> list[Operation]:
    def inside(
        name: str, namespaces: str = _CONTAINER, needs: str = "container", **fields: str
    ) -> Operation:
        return Operation(f"container, {name}", needs, namespaces=namespaces, **fields)

    return [
        inside(
            "uts", "-u -p -m", prepare="hostname crhost", afterwards='[ "$(hostname)" = crhost ]'
        ),
        inside("ipc", "-i -p -m", object="sysv_ipc"),
        inside("all but user", needs=_LOCKED, object="sysv_ipc"),
        inside(
            "all but user, lock nftables",
            needs="container,network-lock-nftables",
            object="sysv_ipc",
            options="--network-lock nftables",
        ),
        inside("all but user, lock skip", object="sysv_ipc", options=_SKIP),
        inside("all", _ALL, _LOCKED, object="sysv_ipc"),
        inside(
            "all, iptables-nft",
            _ALL,
            f"{_LOCKED}-nft",
            object="sysv_ipc",
            iptables="nft",
        ),
        inside("all, lock skip", _ALL, object="sysv_ipc", options=_SKIP),
        inside(
            "all but user, tcp_established",
            needs=f"container,{_HELD}",
            object="tcp_established",
            options="--tcp-established",
        ),
        inside(
            "tmpfs",
            "-p -m",
            needs="tmpfs",
            prepare="mount -t tmpfs t /mnt && echo hi >/mnt/f",
            afterwards='[ "$(cat /mnt/f)" = hi ]',
        ),
        inside(
            "overlay",
            "-p -m",
            needs="tmpfs,overlayfs",
            prepare="mount -t tmpfs t /layers && mkdir /layers/l /layers/u /layers/w"
            " && echo low >/layers/l/f && mount -t overlay"
            " -o lowerdir=/layers/l,upperdir=/layers/u,workdir=/layers/w o /mnt",
            cause="not settled: CRIU does not find the layers when it restores the mount",
            afterwards='[ "$(cat /mnt/f)" = low ]',
        ),
        inside(
            "binfmt_misc",
            "-p -m",
            needs="binfmt-misc",
            prepare="mount -t binfmt_misc b /proc/sys/fs/binfmt_misc",
            afterwards="[ -e /proc/sys/fs/binfmt_misc/status ]",
        ),
        inside(
            "sysfs and devpts",
            "-p -m -n",
            needs="container,terminals",
            prepare="mount -t sysfs s /sys && mkdir -p /dev/pts && mount -t devpts d /dev/pts",
            options=_SKIP,
            afterwards="[ -d /sys/kernel ] && [ -e /dev/pts/ptmx ]",
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
            cause="not settled: no kernel here had POSIX_MQUEUE",
        ),
        Operation("file_lock", "file-locks", "file_lock", locks),
        Operation("posix_lock", "file-locks", "posix_lock", locks),
        Operation("pre-dump", "memory-tracking", "memory", "--track-mem", how="pre-dump"),
        Operation("lazy pages", "lazy-pages", "memory", how="lazy-pages"),
        Operation("time_namespace", "time-ns", "time_namespace"),
        Operation(
            "32 bits",
            "compat-32bit",
            "compat",
            cause="not settled: emulated, it is dumped and restored, and answers no signal",
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
    *_established(),
    *_network_namespaces(),
    *_containers(),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
