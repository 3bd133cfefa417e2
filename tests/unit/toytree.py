"""A kernel tree of a few lines, with a conf of its own, and tarballs of it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

_MAKEFILE = """\
VERSION = 9
PATCHLEVEL = 8
SUBLEVEL = 7
EXTRAVERSION = -toy
NAME = Not a kernel

ARCH ?= left
SRCARCH := $(ARCH)
ifeq ($(ARCH),left64)
        SRCARCH := left
endif
ifneq ($(filter %config,$(MAKECMDGOALS)),)
CC := $(CROSS_COMPILE)gcc
HOSTCC := gcc
RUSTC := no-such-rustc
srctree := $(realpath $(dir $(firstword $(MAKEFILE_LIST))))
objtree := $(CURDIR)
define TWO_LINES
one
two
endef
KERNELVERSION = $(VERSION).$(PATCHLEVEL).$(SUBLEVEL)$(EXTRAVERSION)
export ARCH SRCARCH CC HOSTCC RUSTC srctree objtree TWO_LINES KERNELVERSION LLVM KCFLAGS
endif
%config: ; @echo the wrong rule
"""

_KCONFIG_MAKEFILE = """\
common-objs := lexer.lex.o parser.tab.o
conf-objs := conf.o $(common-objs)
$(obj)/conf: $(conf-objs)
"""

_LEXER = """\
%option noyywrap nounput noinput
%{
#include "parser.tab.h"
%}
%%
[a-z]+  return WORD;
.|\\n    ;
%%
"""

_PARSER = """\
%{
int yylex(void);
static int words;
static void yyerror(const char *text) { (void)text; }
%}
%token WORD
%%
input: | input WORD { words++; };
%%
int count_words(void) { yyparse(); return words; }
"""

# Writes what a real conf writes: .config, and files beside it.
_CONF = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "toy.h"
extern FILE *yyin;
int count_words(void);

int main(int argc, char **argv)
{
    char path[4096], line[4096];
    const char *config = getenv("KCONFIG_CONFIG"), *all = getenv("KCONFIG_ALLCONFIG");
    const char *seed = getenv("KCONFIG_SEED"), *asks = getenv("TOY_ASKS");
    char *equals = strchr(argv[1], '=');
    FILE *in, *out;

    snprintf(path, sizeof(path), "%s/%s", getenv("srctree"), argv[argc - 1]);
    yyin = fopen(path, "r");
    if (!yyin) { fprintf(stderr, "can't find file %s\n", argv[argc - 1]); return 1; }
    fprintf(stderr, "warning: %d words\n", count_words());
    mkdir("include", 0777);
    in = fopen("include/auto.conf", "r");
    if (in) { fprintf(stderr, "somebody was here\n"); return 1; }
    out = fopen("include/auto.conf", "w");
    fclose(out);
    strcpy(path, config);
    if (equals && !strncmp(argv[1], "--savedefconfig", 15)) strcpy(path, equals + 1);
    in = fopen(config, "r");
    out = fopen(".tmp", "w");
    fprintf(out, TOY_TEXT " %s %s\n", argv[1], seed ? seed : "-");
    while (in && fgets(line, sizeof(line), in)) {
        if (!strncmp(line, "stop", 4)) {
            fprintf(stderr, "Kconfig:1: first\nKconfig:2: stopped\n\n");
            return 3;
        }
        fputs(line, out);
    }
    in = asks ? popen(asks, "r") : NULL;
    if (in) { fputs(fgets(line, sizeof(line), in) ? line : "", out); pclose(in); }
    in = all ? fopen(all, "r") : NULL;
    while (in && fgets(line, sizeof(line), in)) fputs(line, out);
    fclose(out);
    return rename(".tmp", path) != 0;
}
"""

FILES: Mapping[str, str] = {
    "Makefile": _MAKEFILE,
    "Kconfig": "config toy words\n",
    "COPYING": "A toy.\n",
    "arch/left/Kconfig": "config left\n",
    "arch/left/Makefile": "# left\n",
    "arch/left/kernel/main.c": "int left;\n",
    "arch/right/Kconfig": "config right\n",
    "drivers/Kconfig": "config driver\n",
    "drivers/driver.c": "int driver;\n",
    "scripts/tool.sh": "#!/bin/sh\n",
    "scripts/include/toy.h": '#define TOY_TEXT "# toy"\n',
    "scripts/kconfig/Makefile": _KCONFIG_MAKEFILE,
    "scripts/kconfig/conf.c": _CONF,
    "scripts/kconfig/lexer.l": _LEXER,
    "scripts/kconfig/parser.y": _PARSER,
}

KEPT = sorted(name for name in FILES if not name.endswith((".c",)) or "scripts/" in name)


def make_tree(path: Path, **changes: str) -> Path:
    """Write the toy tree to ``path``; ``changes`` replace contents (``Makefile=...``)."""
    for name, text in {**FILES, **changes}.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (path / "scripts/tool.sh").chmod(0o755)
    return path


def files_below(path: Path) -> list[str]:
    """All files and links below ``path``, by relative name, sorted."""
    return sorted(
        str(entry.relative_to(path))
        for entry in path.rglob("*")
        if entry.is_symlink() or not entry.is_dir()
    )


def snapshot(path: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below ``path``: mode, size and time of each entry."""
    entries = {}
    for entry in [path, *path.rglob("*")]:
        status = entry.lstat()
        name = str(entry.relative_to(path))
        entries[name] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return entries


def tar_bytes(
    members: Iterable[tuple[tarfile.TarInfo, bytes]] = (), *, prefix: str = "linux-9.8/"
) -> bytes:
    """An uncompressed tarball of the toy tree, followed by ``members``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in FILES.items():
            info = tarfile.TarInfo(prefix + name)
            info.size = len(text.encode())
            info.mode = 0o755 if name.endswith(".sh") else 0o664
            tar.addfile(info, io.BytesIO(text.encode()))
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def member(
    name: str, kind: bytes = tarfile.REGTYPE, *, target: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    """One tar member; a regular one has a few bytes."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info, b"content" if kind == tarfile.REGTYPE else b""


def start_python(code: str, *arguments: str | Path, cache: Path) -> subprocess.Popen[str]:
    """Another process of kresolve, with ``sys.argv[1:]`` as given; stdout is a pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env=_environment(cache),
        stdout=subprocess.PIPE,
        text=True,
    )


def _environment(cache: Path) -> dict[str, str]:
    import os

    return {**os.environ, "KRESOLVE_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
