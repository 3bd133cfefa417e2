"""The documentation is true: examples parse or run, names are described, nothing leaks."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kresolve"
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "data" / "README.md",
    ROOT / "tests" / "README.md",
    ROOT / "tests" / "cases" / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / ".github").rglob("*.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]\n]+\]\(([^)\s]+)\)")
DOCTESTED_MODULES_AT_LEAST = 5
EXAMPLES_AT_LEAST = 10


@frozen
class Example:
    """A piece of a page: its place, its language and its text."""

    place: str
    language: str
    text: str


def blocks(page: Path) -> Iterator[Example]:
    """The fenced blocks of a Markdown file."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Example(f"{page.relative_to(ROOT)}:{line}", match[1], match[2])


def commands(text: str) -> Iterator[str]:
    r"""The ``$ kresolve`` commands of a console block, continued lines joined.

    >>> list(commands("$ kresolve plan X \\\n>   -o f\nanswer\n$ make test\n"))
    ['kresolve plan X    -o f']
    """
    for line in re.sub(r"\\\n>? ?", " ", text).splitlines():
        if line.startswith("$ kresolve"):
            yield line.removeprefix("$ ")


def arguments(command: str) -> list[str]:
    """The arguments of the first program of a shell command: no pipe, no redirection.

    >>> arguments("kresolve plan 'X=y|m' --json 2>&1 | jq .status  # short")
    ['plan', 'X=y|m', '--json']
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if set(word) <= set("|&;<>"):
            if word[0] in "<>" and words[-1].isdigit():
                words.pop()
            break
        words.append(word)
    return words[1:]


CONSOLE = [
    (example.place, command)
    for page in PAGES
    for example in blocks(page)
    for command in commands(example.text)
]
PYTHON = [
    pytest.param(example, marks=[pytest.mark.picture] if ".svg" in example.text else [])
    for page in PAGES
    for example in blocks(page)
    if example.language in {"python", "pycon"}
]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__main__.py"
]


def public_names() -> list[str]:
    """``kresolve.__all__``."""
    return list(importlib.import_module("kresolve").__all__)


# ------------------------------------------------------------------ examples


@pytest.mark.parametrize("text", ["commands", "arguments"])
def test_the_reader_of_examples_reads_them(text: str) -> None:
    """The helpers of this file do what their doctests say."""
    function = globals()[text]
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(function, globs=globals()):
        runner.run(test)

    assert runner.summarize(verbose=False).failed == 0


def test_there_are_examples() -> None:
    """The pages show commands; a changed fence cannot make them disappear unseen."""
    assert len(CONSOLE) >= EXAMPLES_AT_LEAST
    assert PYTHON


@pytest.mark.parametrize(("place", "command"), CONSOLE)
def test_a_command_in_the_documentation_parses(place: str, command: str) -> None:
    """Every `$ kresolve ...` of the pages is a command line that kresolve understands."""
    from kresolve.cli import build_parser

    status: str | int | None = 0
    try:
        build_parser().parse_args(arguments(command))
    except SystemExit as end:  # --help and --version end well
        status = end.code

    assert status in {0, None}, f"{place}: {command}"


@pytest.mark.tree
@pytest.mark.parametrize("example", PYTHON, ids=lambda example: example.place)
def test_python_in_the_documentation_runs(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every Python block runs, and what it shows after `>>>` is what comes out."""
    monkeypatch.chdir(tmp_path)
    if example.language == "python":  # which asserts by itself
        exec(compile(example.text, example.place, "exec"), {"__name__": "example"})  # noqa: S102
    test = doctest.DocTestParser().get_doctest(example.text, {}, example.place, None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)

    assert runner.summarize(verbose=False).failed == 0


# ------------------------------------------------------------------ doctests


@pytest.mark.parametrize("name", MODULES)
def test_doctests_pass(name: str) -> None:
    """Every example in a docstring of the package gives what it shows."""
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)

    assert result.failed == 0


def test_there_are_doctests() -> None:
    """Doctests are found: a handful of modules at least have some."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    with_examples = [
        name
        for name in MODULES
        if any(test.examples for test in finder.find(importlib.import_module(name)))
    ]

    assert len(with_examples) >= DOCTESTED_MODULES_AT_LEAST


# -------------------------------------------------------------- public names


def test_public_names_exist_and_have_a_docstring() -> None:
    """What `from kresolve import *` gives is there, and says what it is for."""
    package = importlib.import_module("kresolve")
    for name in public_names():
        assert inspect.getdoc(getattr(package, name)), name


def test_public_names_are_in_the_reference() -> None:
    """docs/reference.md mentions every public name."""
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")

    assert [name for name in public_names() if f"`{name}" not in reference] == []


def test_every_module_and_test_says_what_it_is_for() -> None:
    """Each Python file opens with a docstring, and each test's is the promise it keeps."""
    silent = []
    for path in sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        module = ast.parse(path.read_text(encoding="utf-8"))
        silent += [
            f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
            for node in ast.walk(module)
            if (isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
            or isinstance(node, ast.Module)
            if not ast.get_docstring(node)
        ]

    assert silent == []


def test_what_contributors_are_sent_to_is_there() -> None:
    """Each make target and each path that CONTRIBUTING.md names exists."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:\$ |`)make ([a-z-]+)", page))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"setup", "lint", "test", "help"} <= targets
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    paths = re.findall(r"`((?:kresolve|tests|data|docs|scripts)/[\w./-]+)`", page)
    own = [path for path in paths if not path.startswith("scripts/")]
    assert len(own) > 10
    assert [path for path in own if "NAME" not in path and not (ROOT / path).exists()] == []


def test_the_version_is_the_same_everywhere() -> None:
    """pyproject.toml and kresolve.__version__ name one version, and the release how-to shows it."""
    version = importlib.import_module("kresolve").__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"dist/kresolve-{version}-py3-none-any.whl" in page


# --------------------------------------------------------------- whole files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link in a page names a file that is there."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    paths = [target.partition("#")[0] for target in targets if "://" not in target]

    assert [path for path in paths if not (page.parent / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_output_is_missing(page: Path) -> None:
    """No page still has a mark where an output has to be pasted."""
    assert "<!-- OUTPUT" not in page.read_text(encoding="utf-8")


def project_files() -> list[Path]:
    """The files that git tracks, or would."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        [git, "-c", "safe.directory=*", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


# In two pieces each, or this very file would be found.
REGISTRIES = (
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("index", "-url"),
    ("debian.org", "/debian"),
    ("deb.debian", ".org"),
    ("npmjs", ".com"),
    ("crates", ".io"),
)
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:work|root|home|Users)(?![\w-])")


def leaks(text: str) -> list[str]:
    """What in a text names a package registry or a place on somebody's machine."""
    hosts = ["".join(pieces) for pieces in REGISTRIES if "".join(pieces) in text.lower()]
    return hosts + MACHINE_PATH.findall(text)


@pytest.mark.parametrize(
    ("text", "leaky"),
    [
        ("https://" + "Py" + "PI.org/simple", True),
        ("--extra-index" + "-url x", True),
        ("cd /" + "root", True),
        ("'/" + "home/me/linux'", True),
        ("see docs/works/root.md, a/rooted/b, /homework, ~/root", False),
    ],
)
def test_leaks_are_seen(text: str, leaky: bool) -> None:
    """The search for leaks finds them, and only them."""
    assert bool(leaks(text)) is leaky


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Where packages come from and where the checkout lies is each machine's own business."""
    found = {}
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if names := leaks(text):
            found[str(path.relative_to(ROOT))] = names

    assert found == {}


def test_every_case_of_a_rule_stands_on_the_page_of_rules() -> None:
    """docs/semantics.md names each case that holds a rule, and no case that there is none of."""
    page = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    rows = [re.split(r"(?<!\\)\|", line) for line in page.splitlines() if line.startswith("|")]
    last = [row[4] for row in rows if len(row) == 6]
    named = {name for cell in last for name in re.findall(r"`([\w-]+)`", cell)}
    cases = {path.stem for path in (ROOT / "tests" / "cases").glob("*.case")}
    questions = ("plan-", "check-", "explain-", "lint-", "migrate-")
    assert named == {name for name in cases if not name.startswith(questions)}
