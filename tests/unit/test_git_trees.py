"""Trees out of a git repository: the commit's files, and not a trace left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kresolve.errors import ToolError, TreeError
from kresolve.sources import SourceTree, cached_trees, find_tree
from tests.property.archives import Repository
from tests.unit.toytree import KEPT, files_below, make_tree, snapshot, start_python

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache, and a configuration of git, for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return place


def git(directory: Path, *arguments: str) -> str:
    """What git answers."""
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    command = ["git", *who, "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of the toy kernel: v9.8, and one with another Kconfig."""
    path = make_tree(tmp_path / "linux")
    (path / "scripts/link").symlink_to("../arch/left/boot")
    (path / "scripts/odd\nname").write_bytes(b"\r\n\xff\0 no end")
    git(path, "init", "--quiet")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "first")
    git(path, "tag", "-a", "-m", "release", "v9.8")
    (path / "Kconfig").write_text("config second\n")
    git(path, "commit", "--quiet", "-a", "-m", "second")
    return path


def entries(cache: Path) -> list[str]:
    """What is in the cache of commits, but for lock files."""
    place = cache / "trees" / "git"
    names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    return sorted(name for name in names if not name.endswith(".lock"))


def kconfig(tree: SourceTree) -> str:
    """The toy's only file that changes."""
    return (tree.path / "Kconfig").read_text()


def test_a_commit_is_a_tree(repository: Path) -> None:
    """The kept files of the commit are there, byte for byte, with links and modes."""
    tree = find_tree(f"git:{repository}@v9.8")

    assert files_below(tree.path) == sorted([*KEPT, "scripts/link", "scripts/odd\nname"])
    assert kconfig(tree) == "config toy words\n"
    assert (tree.path / "scripts/odd\nname").read_bytes() == b"\r\n\xff\0 no end"
    assert (tree.path / "scripts/link").readlink() == Path("../arch/left/boot")
    assert os.access(tree.path / "scripts/tool.sh", os.X_OK)
    assert not os.access(tree.path / "Kconfig", os.X_OK)
    assert tree.version == "9.8.7-toy"
    assert tree.cached
    commit = git(repository, "rev-parse", "v9.8^{commit}")
    assert tree.source == f"git:{repository}@v9.8 ({commit[:12]})"
    assert commit in tree.identity
    assert cached_trees() == [tree]


def test_every_kind_of_revision_is_taken(repository: Path, own_cache: Path) -> None:
    """A tag, a branch, a number of steps back, an id, and HEAD where none is said."""
    first, second = git(repository, "rev-parse", "HEAD~1"), git(repository, "rev-parse", "HEAD")
    git(repository, "branch", "feature/x@y", first)
    for revision in ("v9.8", "HEAD~1", "main^", first, first[:9], "feature/x@y", ":/first"):
        assert kconfig(find_tree(f"git:{repository}@{revision}")) == "config toy words\n"
    for revision in ("", "@HEAD", "@main", "@@", "@HEAD@{0}", f"@{second}"):
        assert kconfig(find_tree(f"git:{repository}{revision}")) == "config second\n"
    assert len(entries(own_cache)) == 2


def test_the_directory_may_be_left_out(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DIR it is the current directory; a directory inside stands for the whole."""
    monkeypatch.chdir(repository)
    first = find_tree("git:@v9.8")
    assert first.source.startswith("git:@v9.8 (")
    assert find_tree("git:.@v9.8").path == first.path
    assert find_tree("git:scripts@v9.8").path == first.path
    assert kconfig(find_tree("git:")) == "config second\n"


def test_the_home_directory_may_be_short(repository: Path, tmp_path: Path) -> None:
    """No shell expands ~ behind git:, so kresolve does."""
    repository.rename(tmp_path / "home" / "linux")
    assert kconfig(find_tree("git:~/linux@v9.8")) == "config toy words\n"


def test_a_directory_with_an_at_sign(repository: Path, tmp_path: Path) -> None:
    """The name of a directory ends at the first @ before which there is one."""
    repository.rename(tmp_path / "linux@home")
    assert kconfig(find_tree(f"git:{tmp_path}/linux@home@v9.8")) == "config toy words\n"
    assert kconfig(find_tree(f"git:{tmp_path}/linux@home")) == "config second\n"


def test_a_bare_repository_is_enough(repository: Path, tmp_path: Path) -> None:
    """A clone without files, and a linked worktree, give the same tree."""
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    git(repository, "worktree", "add", "--quiet", "../worktree", "v9.8")
    bare = find_tree(f"git:{tmp_path}/bare.git@v9.8")
    assert bare.path == find_tree(f"git:{tmp_path}/worktree").path
    assert kconfig(bare) == "config toy words\n"


def test_what_is_not_committed_does_not_count(repository: Path) -> None:
    """Changed files, the index, attributes and filters leave the commit as it is."""
    (repository / ".gitattributes").write_text("* text eol=crlf filter=bad export-ignore\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "third")
    git(repository, "config", "filter.bad.smudge", "touch ../smudged; cat")
    git(repository, "config", "core.autocrlf", "true")
    (repository / "Kconfig").write_text("config third\n")
    git(repository, "add", ".")

    assert kconfig(find_tree(f"git:{repository}")) == "config second\n"
    assert not (repository.parent / "smudged").exists()


def test_the_repository_stays_as_it_is(repository: Path) -> None:
    """Nothing is written into it, the index is not refreshed, also after an error."""
    os.utime(repository / "Kconfig")  # git status would note this in the index
    before = snapshot(repository)
    find_tree(f"git:{repository}@v9.8")
    find_tree(f"git:{repository}")
    with pytest.raises(TreeError):
        find_tree(f"git:{repository}@nothing")
    assert snapshot(repository) == before


def test_the_environment_does_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside a git hook, $GIT_DIR and the like are set; DIR counts nevertheless."""
    git(tmp_path, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path))
    assert kconfig(find_tree(f"git:{repository}@v9.8")) == "config toy words\n"


def test_a_replaced_commit_is_not_taken(repository: Path) -> None:
    """A commit's id names its own content, whatever `git replace` says."""
    first, second = git(repository, "rev-parse", "HEAD~1"), git(repository, "rev-parse", "HEAD")
    git(repository, "replace", first, second)
    assert kconfig(find_tree(f"git:{repository}@{first}")) == "config toy words\n"


def test_it_is_read_once(repository: Path) -> None:
    """The second time, and from another clone, the tree in the cache is taken."""
    tree = find_tree(f"git:{repository}@v9.8")
    os.utime(tree.path / "Kconfig", ns=(1, 1))
    assert find_tree(f"git:{repository}@v9.8") == tree
    assert (tree.path / "Kconfig").stat().st_mtime_ns == 1


# ------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("v9.9", "no commit 'v9.9' in this repository; did you mean v9.8?"),
        ("9.8", "no commit '9.8' in this repository; did you mean v9.8?"),
        ("nothing", "no commit 'nothing' in this repository"),
        ("", "name a revision after @, as in git:"),
        ("--all", "no commit '--all'"),
        ("--output=../x", "no commit '--output=../x'"),
        ("-h", "no commit '-h'"),
        ("^main", "no commit '^main'"),
        ("v9.8..main", "no commit 'v9.8..main'"),
        ("main main", "no commit 'main main'"),
        ("main\nmain", "no commit 'main\\nmain'"),
        ("main:Kconfig", "no commit 'main:Kconfig'"),
    ],
)
def test_a_wrong_revision_is_explained(
    repository: Path, own_cache: Path, revision: str, expected: str
) -> None:
    """No revision is taken for an option; the error names what may have been meant."""
    before = snapshot(repository)
    with pytest.raises(TreeError) as caught:
        find_tree(f"git:{repository}@{revision}")
    assert expected in str(caught.value)
    assert entries(own_cache) == []
    assert snapshot(repository) == before


def test_a_wrong_directory_is_explained(repository: Path, tmp_path: Path) -> None:
    """Neither a missing directory nor one without repository is a traceback."""
    (tmp_path / "plain").mkdir()
    for spec, expected in [
        ("nowhere@v9.8", "no directory nowhere"),
        ("v9.8", r"no directory v9.8 \(a revision of the current directory is git:@v9.8\)"),
        (f"{tmp_path}/plain@v9.8", f"{tmp_path}/plain is not in a git repository"),
        (f"{repository}/Kconfig@v9.8", "no directory /"),
    ]:
        with pytest.raises(TreeError, match=f"^git:{spec}: {expected}"):
            find_tree(f"git:{spec}")


def test_a_repository_without_commit_is_explained(tmp_path: Path) -> None:
    """`git init` alone is no kernel."""
    git(tmp_path, "init", "--quiet", "new")
    with pytest.raises(TreeError, match="this repository has no commit yet"):
        find_tree(f"git:{tmp_path}/new")


@pytest.mark.parametrize("missing", ["Kconfig", "Makefile", "VERSION"])
def test_something_else_is_refused(repository: Path, own_cache: Path, missing: str) -> None:
    """A commit of another project is one line, and does not stay in the cache."""
    if missing == "VERSION":
        (repository / "Makefile").write_text("all:\n")
        git(repository, "commit", "--quiet", "-a", "-m", "other")
    else:
        git(repository, "rm", "--quiet", missing)
        git(repository, "commit", "--quiet", "-m", "other")
    with pytest.raises(TreeError, match=f"(is not a kernel tree: no|has no) {missing}"):
        find_tree(f"git:{repository}")
    assert entries(own_cache) == []
    assert cached_trees() == []


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../outside", "evil"])
def test_an_unsafe_link_is_refused(repository: Path, own_cache: Path, target: str) -> None:
    """A link that leads outside, or to itself, is refused as in a tarball."""
    (repository / "scripts/evil").symlink_to(target)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "evil")
    with pytest.raises(TreeError, match=r"unsafe commit: "):
        find_tree(f"git:{repository}")
    assert entries(own_cache) == []


def test_an_unsafe_name_is_refused(repository: Path, own_cache: Path) -> None:
    """A tree object may hold names that git itself would never check out."""
    blob = git(repository, "rev-parse", "HEAD:Kconfig")
    tree = bytes.fromhex(blob)
    inner = b"100644 Kconfig\0" + tree
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        input=inner, cwd=repository, check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    outer = b"40000 ..\0" + bytes.fromhex(made)
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        input=outer, cwd=repository, check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    commit = git(repository, "commit-tree", "-m", "evil", made)
    with pytest.raises(TreeError, match=r"unsafe commit: member '\.\./Kconfig' leads outside"):
        find_tree(f"git:{repository}@{commit}")
    assert entries(own_cache) == []


@pytest.mark.parametrize(
    ("copies", "levels", "said"),
    [(1, 1500, "is longer than"), (10, 9, "has more files than any kernel")],
)
def test_a_bomb_is_refused(
    tmp_path: Path, own_cache: Path, copies: int, levels: int, said: str
) -> None:
    """Directories in directories without end, or each many times in the next, are one line."""
    repository = Repository.make(tmp_path / "bomb")
    word = bytes.fromhex(repository.store("blob", b"VERSION = 9\n"))
    tree = repository.store("tree", b"100644 Kconfig\0" + word)
    for _ in range(levels):
        inside = bytes.fromhex(tree)
        tree = repository.store(
            "tree", b"".join(b"40000 %d\0" % number + inside for number in range(copies))
        )
    files = b"".join(b"100644 %s\0" % name + word for name in (b"Kconfig", b"Makefile"))
    tree = repository.store("tree", files + b"40000 scripts\0" + bytes.fromhex(tree))
    commit = git(repository.path, "commit-tree", "-m", "bomb", tree)
    with pytest.raises(TreeError, match=said) as caught:
        find_tree(f"git:{repository.path}@{commit}")
    assert "\n" not in str(caught.value)
    assert entries(own_cache) == []


def test_a_damaged_repository_is_refused(repository: Path, own_cache: Path) -> None:
    """A lost or broken object is one line."""
    blob = git(repository, "rev-parse", "HEAD:arch/right/Kconfig")
    path = repository / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(b"broken")
    with pytest.raises(TreeError, match=f"^git:{repository}: ") as caught:
        find_tree(f"git:{repository}")
    assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(TreeError, match="arch/right/Kconfig is not in this repository"):
        find_tree(f"git:{repository}")
    assert entries(own_cache) == []


def test_a_partial_clone_is_not_completed(
    repository: Path, tmp_path: Path, own_cache: Path
) -> None:
    """What a clone has left out is not fetched on the side: the error says how to get it."""
    git(repository, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(tmp_path, "clone", *options, f"file://{repository}", "partial")
    before = snapshot(tmp_path / "partial")
    with pytest.raises(TreeError, match="partial clone") as caught:
        find_tree(f"git:{tmp_path}/partial@v9.8")
    assert "\n" not in str(caught.value)
    assert snapshot(tmp_path / "partial") == before
    assert entries(own_cache) == []
    git(tmp_path / "partial", "checkout", "--quiet", "v9.8")
    assert kconfig(find_tree(f"git:{tmp_path}/partial@v9.8")) == "config toy words\n"


def test_a_missing_git_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program there is a hint how to get it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="git not found: apt-get install git"):
        find_tree(f"git:{repository}")


READ = """
import sys, time
from contextlib import nullcontext
from kresolve.sources import find_tree

class Slow:
    def task(self, *arguments, **options):
        return nullcontext(self)
    def note(self, text):
        pass
    def update(self, completed, total=None):
        print("reading", flush=True)
        time.sleep(60)

try:
    find_tree(sys.argv[1], progress=Slow())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interruption_leaves_nothing(repository: Path, own_cache: Path) -> None:
    """Ctrl-C in the middle leaves neither a tree nor half of one."""
    import signal

    with start_python(READ, f"git:{repository}", cache=own_cache) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "reading\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
    assert entries(own_cache) == []
    assert kconfig(find_tree(f"git:{repository}")) == "config second\n"
