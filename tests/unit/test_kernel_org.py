"""Releases of kernel.org, from a server of our own on this machine."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from attrs import define, field

from kresolve.errors import TreeError
from kresolve.progress import Task
from kresolve.sources import cached_trees, find_tree, kernel_org
from tests.unit.toytree import FILES, KEPT, files_below, start_python, tar_bytes

TARBALL = lzma.compress(tar_bytes(prefix="linux-6.12.47/"))
OLD = lzma.compress(tar_bytes(prefix="linux-5.10.223/"))


def sums(files: Mapping[str, bytes]) -> bytes:
    """A list of checksums, in the frame of a signature that nobody checks."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
    return (head + "".join(lines) + "-----BEGIN PGP SIGNATURE-----\n\nx\n").encode()


@define
class Server:
    """What the server has, by path, and what it was asked for.

    ``answers`` replaces the answer to a path by something of the test's own.
    """

    address: str = ""
    files: dict[str, bytes] = field(factory=dict)
    asked: list[str] = field(factory=list)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(factory=dict)

    def release(self, **changes: bytes) -> None:
        """Publish the toy as 6.12, 6.12.9 and 6.12.47, and as 5.10.223."""
        names = ("linux-6.12.tar.xz", "linux-6.12.9.tar.xz", "linux-6.12.47.tar.xz")
        self.files |= {f"/pub/v6.x/{name}": TARBALL for name in names}
        others = {"linux-6.12.48.tar.gz": b"", "patch-6.12.99.xz": b""}
        self.files["/pub/v6.x/sha256sums.asc"] = sums(dict.fromkeys(names, TARBALL) | others)
        self.files["/pub/v5.x/linux-5.10.223.tar.xz"] = OLD
        self.files["/pub/v5.x/sha256sums.asc"] = sums({"linux-5.10.223.tar.xz": OLD})


SUMS = "/pub/v6.x/sha256sums.asc"
WANTED = "/pub/v6.x/linux-6.12.47.tar.xz"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with the releases of :meth:`Server.release`, which kresolve asks."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            if self.path in state.answers:
                state.answers[self.path](self)
            elif self.path in state.files:
                data = state.files[self.path]
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            else:
                self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}/pub"
        state.release()
        monkeypatch.setenv("KRESOLVE_KERNEL_ORG", state.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    return place


def left_in(cache: Path) -> list[Path]:
    """Every file in the cache, but for lock files."""
    return [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


def refused(spec: str, cache: Path) -> str:
    """The error for a release, which is one line and leaves nothing in the cache."""
    with pytest.raises(TreeError) as caught:
        find_tree(spec)
    text = str(caught.value)
    assert text.startswith(f"{spec}: ")
    assert "\n" not in text
    assert left_in(cache) == []
    assert cached_trees() == []
    return text.removeprefix(f"{spec}: ")


class Listener:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, float | None]] = []
        self.done: list[float] = []
        self.announced: float | None = None
        self.notes: list[str] = []

    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> AbstractContextManager[Task]:
        """Remember the task."""
        self.tasks.append((description, total))
        return nullcontext(self)

    def note(self, text: str) -> None:
        """Remember the line."""
        self.notes.append(text)

    def update(self, completed: float, total: float | None = None) -> None:
        """Remember how far it is, and how much there is."""
        self.done.append(completed)
        self.announced = total or self.announced


def test_a_release_is_fetched_checked_and_unpacked(server: Server, own_cache: Path) -> None:
    """The tree is that of the tarball; what was checked, and what not, is said."""
    heard = Listener()
    tree = find_tree("kernel.org:6.12.47", progress=heard)

    assert files_below(tree.path) == KEPT
    assert tree.source == "kernel.org:6.12.47"
    assert tree.version == "9.8.7-toy"
    assert tree.cached
    assert tree.identity.startswith("kernel.org:linux-6.12.47_")
    assert hashlib.sha256(TARBALL).hexdigest()[:16] in tree.identity
    assert server.asked == [SUMS, WANTED]
    assert heard.tasks[:1] == [("downloading kernel.org:6.12.47", None)]
    assert max(heard.done) == heard.announced == len(TARBALL)
    assert heard.notes == [
        "kernel.org:6.12.47: its checksum is that of sha256sums.asc; the signature was not checked"
    ]
    assert cached_trees() == [tree]
    assert not [path for path in left_in(own_cache) if ".xz" in path.name]


def test_the_second_time_needs_no_network(server: Server) -> None:
    """What is in the cache is taken without a question; --refresh asks, and fetches no more."""
    tree = find_tree("kernel.org:6.12.47")
    server.asked.clear()
    assert find_tree("kernel.org:6.12.47") == tree
    assert server.asked == []
    assert find_tree("kernel.org:6.12.47", refresh=True) == tree
    assert server.asked == [SUMS]


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("6.12", "/pub/v6.x/linux-6.12.tar.xz"),
        ("5.10.223", "/pub/v5.x/linux-5.10.223.tar.xz"),
    ],
)
def test_every_series_has_its_directory(server: Server, version: str, path: str) -> None:
    """6.12 is the release of that name, and 5.10.223 is looked for in v5.x."""
    find_tree(f"kernel.org:{version}")
    assert server.asked[-1] == path


@pytest.mark.parametrize(
    ("version", "series"),
    [("6.12", "v6.x"), ("3.0", "v3.x"), ("2.6.39.4", "v2.6"), ("10.1", "v10.x")],
)
def test_the_directory_follows_from_the_version(version: str, series: str) -> None:
    """As kernel.org sorts them."""
    assert kernel_org._series(version) == series


def test_another_server_is_asked_itself(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one server calls 6.12.47 is not taken for another one's."""
    first = find_tree("kernel.org:6.12.47")
    other = lzma.compress(tar_bytes(prefix="") + bytes(512))
    server.files |= {
        "/mirror/v6.x/linux-6.12.47.tar.xz": other,
        "/mirror/v6.x/sha256sums.asc": sums({"linux-6.12.47.tar.xz": other}),
    }
    mirror = server.address.replace("/pub", "/mirror/")
    monkeypatch.setenv("KRESOLVE_KERNEL_ORG", mirror)
    assert find_tree("kernel.org:6.12.47").identity != first.identity
    monkeypatch.setenv("KRESOLVE_KERNEL_ORG", server.address)
    assert find_tree("kernel.org:6.12.47") == first


def test_redirections_are_followed(server: Server) -> None:
    """A server may send us to its mirror."""

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/pub/v6.x/linux-6.12.9.tar.xz")
        handler.end_headers()

    server.answers[WANTED] = elsewhere
    assert files_below(find_tree("kernel.org:6.12.47").path) == KEPT


# ------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("6.12.50", "there is no such release; the newest of 6.12 is 6.12.47"),
        ("6.12.48", "there is no such release; the newest of 6.12 is 6.12.47"),
        ("6.99", "there is no such release; the newest there is 6.12.47"),
        ("6.12-rc1", "releases only; take it from git, as in git:DIR@v6.12-rc1"),
        ("", "name a release, as in kernel.org:6.12.47"),
        ("6", "name a release"),
        ("v6.12", "name a release"),
        ("6.12/../x", "name a release"),
        ("6.12 ", "name a release"),
        ("٦.١٢", "name a release"),
        ("7.1", "/pub/v7.x/sha256sums.asc: the server says 404 Not Found"),
    ],
)
def test_a_wrong_release_is_explained(
    server: Server, own_cache: Path, version: str, expected: str
) -> None:
    """What is no release is one line that says what would be."""
    assert expected in refused(f"kernel.org:{version}", own_cache)


def test_a_wrong_checksum_is_refused(server: Server, own_cache: Path) -> None:
    """A tarball that is not what the list says is thrown away, both sums are shown."""
    server.files[WANTED] = lzma.compress(tar_bytes(prefix="evil/"))
    text = refused("kernel.org:6.12.47", own_cache)
    assert "is not what sha256sums.asc says" in text
    assert hashlib.sha256(TARBALL).hexdigest() in text
    server.release()
    assert files_below(find_tree("kernel.org:6.12.47").path) == KEPT


@pytest.mark.parametrize(
    "listing", [b"", b"<html>sorry</html>", b"0" * 63 + b"  linux-6.12.47.tar.xz\n", b"\xff\0"]
)
def test_what_is_no_list_is_refused(server: Server, own_cache: Path, listing: bytes) -> None:
    """A page of a proxy is not taken for a list of checksums."""
    server.files[SUMS] = listing
    assert "/sha256sums.asc is not a list of checksums" in refused("kernel.org:6.12.47", own_cache)


@pytest.mark.parametrize("content", [b"no tarball", gzip.compress(tar_bytes()), TARBALL[:-300]])
def test_a_bad_tarball_is_refused(server: Server, own_cache: Path, content: bytes) -> None:
    """A tarball that is what the list says, but none, is refused."""
    server.files |= {WANTED: content, SUMS: sums({"linux-6.12.47.tar.xz": content})}
    assert "damaged or truncated tarball" in refused("kernel.org:6.12.47", own_cache)


def test_a_tarball_of_something_else_is_refused(server: Server, own_cache: Path) -> None:
    """Nor does another project's pass for a kernel."""
    content = lzma.compress(tar_bytes().replace(b"VERSION = 9", b"WERSION = 9"))
    server.files |= {WANTED: content, SUMS: sums({"linux-6.12.47.tar.xz": content})}
    assert "VERSION = 9" in FILES["Makefile"]
    assert refused("kernel.org:6.12.47", own_cache) == "its Makefile has no VERSION"


@pytest.mark.parametrize("path", [SUMS, WANTED])
@pytest.mark.parametrize("code", [403, 404, 500, 503])
def test_the_servers_refusal_is_said(server: Server, own_cache: Path, path: str, code: int) -> None:
    """A status that is no success is named, with the address."""
    server.answers[path] = lambda handler: handler.send_error(code, "no\tway")
    text = refused("kernel.org:6.12.47", own_cache)
    assert text.startswith(server.address.removesuffix("/pub") + path)
    assert f"the server says {code}" in text


def test_a_connection_that_breaks_off_is_noticed(server: Server, own_cache: Path) -> None:
    """Less than the server announced is not enough."""

    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(TARBALL)))
        handler.end_headers()
        handler.wfile.write(TARBALL[:1000])
        handler.close_connection = True

    server.answers[WANTED] = half
    assert "broke off" in refused("kernel.org:6.12.47", own_cache)


def test_a_server_that_hangs_is_given_up(
    server: Server, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence has an end, before and in the middle of an answer."""
    monkeypatch.setattr(kernel_org, "_PATIENCE", 0.2)
    done = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        done.wait(10)
        handler.close_connection = True

    def stuck(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"x")
        silent(handler)

    try:
        server.answers[SUMS] = silent
        assert "no answer within" in refused("kernel.org:6.12.47", own_cache)
        server.answers = {WANTED: stuck}
        assert "no answer within" in refused("kernel.org:6.12.47", own_cache)
    finally:
        done.set()


def test_no_server_is_said(
    server: Server, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there, an answer that is no HTTP, and a redirection out of HTTP are one line."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("KRESOLVE_KERNEL_ORG", address)
        text = refused("kernel.org:6.12.47", own_cache)
        assert text == f"{address}/v6.x/sha256sums.asc: Connection refused"
    monkeypatch.setenv("KRESOLVE_KERNEL_ORG", server.address)

    def nonsense(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"hello\r\n\r\n")

    def away(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "ftp://127.0.0.1/x")
        handler.end_headers()

    server.answers[SUMS] = nonsense
    assert "invalid answer" in refused("kernel.org:6.12.47", own_cache)
    server.answers[SUMS] = away
    assert "redirects to ftp://127.0.0.1/x, which is not http" in refused(
        "kernel.org:6.12.47", own_cache
    )


@pytest.mark.parametrize(
    "base", ["file:///etc", "example.org", "http://", "http://[x", "http://a b/"]
)
def test_a_wrong_address_is_explained(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    """$KRESOLVE_KERNEL_ORG is an address of the web, or the error names it."""
    monkeypatch.setenv("KRESOLVE_KERNEL_ORG", base)
    text = refused("kernel.org:6.12.47", own_cache)
    assert text == f"$KRESOLVE_KERNEL_ORG is not an http or https address: {base!r}"


def test_a_sum_may_not_come_by_a_less_safe_way() -> None:
    """From https a redirection leads to https, or is refused."""
    import urllib.error
    import urllib.request
    from email.message import Message
    from io import BytesIO

    handler = kernel_org._SameSafety()
    request = urllib.request.Request("https://example.org/a")
    target = "http://example.org/b"
    with pytest.raises(urllib.error.URLError, match="which is not https"):
        handler.redirect_request(request, BytesIO(), 302, "Found", Message(), target)
    target = "https://example.org/b"
    assert handler.redirect_request(request, BytesIO(), 302, "Found", Message(), target)


FETCH = """
import sys
from contextlib import nullcontext
from kresolve.sources import find_tree

class Loud:
    def task(self, *arguments, **options):
        return nullcontext(self)
    def note(self, text):
        pass
    def update(self, completed, total=None):
        print("reading", flush=True)

try:
    find_tree(sys.argv[1], progress=Loud())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interruption_leaves_nothing(
    server: Server, own_cache: Path, how: signal.Signals
) -> None:
    """Ctrl-C in the middle of a download leaves nothing, kill -9 nothing that counts."""
    done = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10 << 20))
        handler.end_headers()
        handler.wfile.write(bytes(2 << 20))
        done.wait(20)
        handler.close_connection = True

    server.answers[WANTED] = slow
    try:
        with start_python(FETCH, "kernel.org:6.12.47", cache=own_cache) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "reading\n"
            child.send_signal(how)
            said = child.stdout.read()
    finally:
        done.set()
    assert ("interrupted" in said) == (how == signal.SIGINT)
    if how == signal.SIGINT:
        assert left_in(own_cache) == []
    assert cached_trees() == []
    server.answers.clear()
    tree = find_tree("kernel.org:6.12.47")
    assert files_below(tree.path) == KEPT
    names = {path.name for path in left_in(own_cache) if not path.is_relative_to(tree.path)}
    assert {name.partition("@")[0] for name in names} == {"source", "6.12.47"}


def test_the_default_address_is_kernel_orgs() -> None:
    """Without the variable it is kernel.org, by https."""
    assert kernel_org.KERNEL_ORG.startswith("https://cdn.kernel.org/")
    if "KRESOLVE_KERNEL_ORG" not in os.environ:
        assert kernel_org._base("x") == kernel_org.KERNEL_ORG
