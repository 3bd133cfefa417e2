"""The notebooks of the documentation, run anew: ``make notebooks``.

A notebook is its cells: edit them in Jupyter or in any editor, then run this,
which puts what they show today in the place of what they showed.  No Jupyter
is needed: a code cell is Python, what it prints and what its last expression
shows of itself is its output.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from kresolve.dotconfig.files import write_whole

ROOT: Final = Path(__file__).parents[1]
HERE: Final = ROOT / "docs" / "notebooks"

#: A notebook, a cell or an output, as JSON has it.
Json: TypeAlias = dict[str, Any]

#: Forms in which an object shows itself, the preferred one first: of an object
#: that has several the first is kept, for they all show the same.
_FORMS: Final = (("_repr_svg_", "image/svg+xml"), ("_repr_html_", "text/html"))


def notebooks() -> list[Path]:
    """All of them, by name."""
    return sorted(HERE.glob("*.ipynb"))


def read(path: Path) -> Json:
    """A notebook from its file."""
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def written(notebook: Json) -> str:
    """A notebook as the text of its file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def code_cells(notebook: Json) -> list[Json]:
    """The cells that are run, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def executed(notebook: Json, name: str) -> Json:
    """The notebook with the outputs of today.

    Its code runs in a namespace of its own, in the working directory, cell by
    cell; ``name`` stands in tracebacks.  Whatever a cell raises is raised.
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    found: Json = json.loads(json.dumps(notebook))
    for number, cell in enumerate(code_cells(found), start=1):
        cell["execution_count"] = number
        place = f"{name}, cell {number}"
        cell["outputs"] = list(_outputs("".join(cell["source"]), place, number, space))
    return found


def shown(value: object) -> Json:
    """What an object shows of itself, by type of content.

    >>> shown(1 + 1)
    {'text/plain': ['2']}
    """
    for method, form in _FORMS:
        text = getattr(value, method)() if hasattr(value, method) else None
        if text is not None:
            # Instead of repr(), which of a plan or a tree would fill pages.
            return {form: _lines(text), "text/plain": [f"<{type(value).__name__}>"]}
    return {"text/plain": _lines(repr(value))}


def _outputs(source: str, place: str, number: int, space: dict[str, Any]) -> Iterator[Json]:
    """Run a cell: what it prints, and what its last line shows."""
    module = ast.parse(source, place)
    last = module.body.pop() if module.body and isinstance(module.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(module, place, "exec"), space)  # noqa: S102 (that is what a cell is for)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), space)  # noqa: S307
    if said.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": _lines(said.getvalue())}
    if value is not None:
        yield {
            "output_type": "execute_result",
            "execution_count": number,
            "data": shown(value),
            "metadata": {},
        }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def executed_apart(path: Path) -> Json:
    """As :func:`executed`, in a process and an empty working directory of its own.

    What goes wrong there is told on stderr; CalledProcessError says that it did.
    ValueError: it has left files there, as it would beside the notebook.
    """
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [sys.executable, "-m", "tools.notebooks", "--print", str(path)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            check=True,
            encoding="utf-8",
        ).stdout
        if left := sorted(file.name for file in Path(folder).iterdir()):
            raise ValueError(f"{path.name} leaves files where it is run: {', '.join(left)}")
    found: Json = json.loads(said)
    return found


def main(arguments: Iterable[str]) -> None:
    """Run the notebooks that are named, or all, and write each; ``--print``: to stdout."""
    words = list(arguments)
    if words[:1] == ["--print"]:
        path = Path(words[1])
        sys.stdout.write(written(executed(read(path), path.name)))
        return
    for path in [Path(word).resolve() for word in words] or notebooks():
        write_whole(path, written(executed_apart(path)))
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
