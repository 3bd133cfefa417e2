"""Kconfig files that conf reads otherwise than one would think: each a kind of oddity."""

from __future__ import annotations

from typing import Final

#: They stand behind the definitions of MODULES and of a tristate A.
ODDITIES: Final[dict[str, str]] = {
    "a NUL in a string": 'config B\n\tbool "b\x00c"\n\tdefault y\n',
    "a NUL behind a macro in a string": (
        'x = q\nconfig B\n\tstring\n\tdefault "a$(x)b\x00c" if A\n\tdefault "z"\n'
    ),
    "a NUL in a name": 'config B\x00C\n\tbool "b"\n',
    "a NUL behind a macro in a name": 'x = Q\nconfig B$(x)\x00R\n\tbool "b"\n',
    "a byte order mark": '\ufeffconfig B\n\tbool "b"\n',
    "CRLF, and a help text with an empty line": (
        "config B\r\n"
        '\tbool "b"\r\n'
        "\thelp\r\n"
        "\t  text\r\n"
        "\r\n"
        "\t  more\r\n"
        "\r\n"
        "config C\r\n"
        '\tbool "c"\r\n'
    ),
    "CRLF": 'config B\r\n\tbool "b"\r\n\thelp\r\n\t  text\r\nconfig C\r\n\tbool "c"\r\n',
    "a backslash before a blank": 'config B \\ \n\tbool "b"\\\n if A\n',
    "a string that a backslash would carry on": 'config B\n\tbool "b\\\n\tdefault y\n',
    "an open string": 'config B\n\tbool "b\n\tdefault y\n',
    "an open string and a condition": "config B\n\tbool 'b\" if A\n\tdefault y\n",
    "a backslash behind a value": 'x := a \\\nconfig B\n\tbool "$(x)"\n',
    "a comment behind a value": 'x := a # c\nconfig B\n\tstring\n\tdefault "$(x)"\n',
    "a value behind a help text": (
        'config B\n\tbool "b"\n\thelp\n\t  text\nx = y\nconfig C\n\tbool "c"\n'
    ),
    "an empty value behind a help text": (
        'config B\n\tbool "b"\n\thelp\n\t  text\nx =\nconfig C\n\tbool "c"\n'
    ),
    "a help text without indentation": (
        'config B\n\tbool "b"\n\thelp\nconfig C\n\tbool "c"\n\tdefault y\n'
    ),
    "help indented less": 'config B\n\tbool "b"\n\thelp\n\t    text\n  default y\n',
    "help indented less, by tabs": (
        'config B\n\tbool "b"\n\thelp\n        text\n\tmore\n       default y\n'
    ),
    "config y that selects": "config y\n\tbool\n\tselect A\n",
    "config n that selects": 'config n\n\tbool "n"\n\tselect A\n',
    "config m": "config m\n\tselect A\n",
    "config n with a type": "config n\n\tbool\n",
    "config y in a choice": (
        'choice\n\tprompt "c"\nconfig y\n\tbool "y"\nconfig C\n\tbool "C"\nendchoice\n'
    ),
    "default y of a choice": (
        'choice\n\tprompt "c"\n\tdefault y\nconfig D\n\tbool "y"\nconfig C\n\tbool "C"\nendchoice\n'
    ),
    "visible without if": 'menu "m"\n\tvisible\nconfig B\n\tbool "b"\nendmenu\n',
    "blanks before a title": 'menu "\r m"\nconfig B\n\tbool "b"\nendmenu\n',
    "escapes": 'config B\n\tstring "b"\n\tdefault "a\'b\\"c\\\\d\\e"\n',
    "$ alone": 'config B\n\tstring "b"\n\tdefault "$A $ $$(x)"\n',
    "$ in a name": 'config B$\n\tbool "b"\n',
    "a keyword from a macro": 'x = config\n$(x) B\n\tbool "b"\n',
    "a name from an empty macro": 'config $(x) B\n\tbool "b"\n',
    "a macro in a name": 'x = Q\nconfig A$(x)B\n\tbool "b"\n',
    "blanks from a macro in a name": 'x = Q R\nconfig A$(x)B\n\tbool "b"\n',
    "macro lineno": 'config L$(lineno)\n\tbool "b"\n\tdefault y\n',
    "macro args": (
        "f = $(1)$(2)$(3)\n"
        "config B\n"
        '\tstring "b"\n'
        '\tdefault "$(f,a,b)$(f,(x,y),$(f,q)) $(f, 1 ,2)"\n'
    ),
    "macro many": (
        'f = $(1)\nconfig B\n\tstring "b"\n\tdefault "$(f,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15)"\n'
    ),
    "macro too many": (
        "f = $(1)\n"
        "config B\n"
        '\tstring "b"\n'
        '\tdefault "$(f,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16)"\n'
    ),
    "macro 0": 'f = $(0)\nconfig B\n\tstring "b"\n\tdefault "$(f,1)"\n',
    "macro -1": 'f = $(-1)\nconfig B\n\tstring "b"\n\tdefault "$(f,1)"\n',
    "macro rec": 'f = $(f)\nconfig B\n\tstring "b"\n\tdefault "$(f)"\n',
    "macro rec fn": 'f = $(if,$(1),$(f,))\nconfig B\n\tstring "b"\n\tdefault "$(f,1)"\n',
    "macro rec fn2": 'f = $(f,$(1)x)\nconfig B\n\tstring "b"\n\tdefault "$(f,1)"\n',
    "error-if": "$(error-if,y,no)\n",
    "error-if n": '$(error-if,n,no)\nconfig B\n\tbool "b"\n',
    "info few": "$(info)\n",
    "warning few": "$(warning-if,y)\n",
    "unknown fn": '$(nofn,1,2)\nconfig B\n\tbool "b"\n',
    "bare text": 'x = word\n$(x)\nconfig B\n\tbool "b"\n',
    "+= simple": 'x := a\ny = b\nx += $(y)\ny = c\nconfig B\n\tstring "b"\n\tdefault "$(x)"\n',
    "+= rec": 'x = a\ny = b\nx += $(y)\ny = c\nconfig B\n\tstring "b"\n\tdefault "$(x)"\n',
    "env": 'config B\n\tstring "b"\n\tdefault "$(PATH) $(NOPE)"\n',
    "tabs": '\x0c\x0bconfig B\n\tbool "b"\n',
    "source null": 'source "/dev/null"\nconfig B\n\tbool "b"\n',
    "source then prop": 'config B\nsource "Kconfig.more"\n\tdefault y\n',
    "source word": "source Kconfig.more\n",
    "source dir": 'source ""\n',
    "source none": 'source "none"\n',
    "no end": 'config B\n\tbool "b"\n\tdefault y',
    "no end2": 'if A\nconfig B\n\tbool "b"\nendif',
    "no end3": 'config B\n\tbool "b"\n\thelp\n\t  text',
    "no end4": 'config B\n\tbool "b"\n\thelp',
    "no end5": 'config B\n\tbool "b"\n#x',
    "no end6": 'menu "m"\nendmenu\ncomment "x"',
    "no end7": 'source "Kconfig.more"',
    "mainmenu": 'mainmenu "x"\n',
    "assign in choice": 'choice\n\tprompt "c"\nfoo = bar\nconfig C\n\tbool "c"\nendchoice\n',
    "optional 2": 'choice\n\tprompt "c"\n\toptional x\nconfig C\n\tbool "c"\nendchoice\n',
    "compare": 'config B\n\tbool "b" if A = "text"\n\tdefault y if !A = m\n',
    "compare chain": 'config B\n\tbool "b" if A = B = C\n',
    "range": 'config B\n\tint "b"\n\trange "1" 5 if A\n',
    "default choice quoted": (
        'choice\n\tprompt "c"\n\tdefault "C"\nconfig C\n\tbool "c"\nendchoice\n'
    ),
    "default choice expr": (
        'choice\n\tprompt "c"\n\tdefault C && A\nconfig C\n\tbool "c"\nendchoice\n'
    ),
    "choice named": 'choice FOO\n\tprompt "c"\nconfig C\n\tbool "c"\nendchoice\n',
    "choice quoted": 'choice "FOO"\n\tprompt "c"\nconfig C\n\tbool "c"\nendchoice\n',
    "latin1": 'config B\n\tbool "\udca0b" \udca0if A\n',
    "twice": 'config B\n\tbool "b"\n\tprompt "c"\n\tprompt "d" if A\n',
    "two types": 'config B\n\tbool "b"\n\tint\n\tdefault y\n',
    "help twice": 'config B\n\tbool "b"\n\thelp\n\t  x\n\thelp\n\t  y\n',
    "help blank": 'config B\n\tbool "b"\n\thelp\n\n\n',
    "help nul": 'config B\n\tbool "b"\n\thelp\n\t  \x00 x\n',
    "deep": f"config B\n\tbool 'b' if {'(' * 50}A{')' * 50}\n",
    "if in props": 'config B\n\tbool "b"\nif A\n\tdefault y\nendif\n',
    "menu file": 'menu "m"\nsource "Kconfig.more"\nendmenu\n',
    "config y with a condition": 'config y\n\tdepends on B\n\tselect A\nconfig B\n\tbool "b"\n',
}

#: Files that another one sources, and what stands behind the ``source`` there.
SOURCED: Final[dict[str, tuple[str, str]]] = {
    "an if that ends without a newline": ('if y\nconfig B\n\tbool "b"\nendif', ""),
    "a menu that ends without a newline": ('menu "m"\nconfig B\n\tbool "b"\nendmenu', ""),
    "an if that begins without a newline": ("if A", 'config B\n\tbool "b"\nendif\n'),
    "a menu that begins without a newline": ('menu "m"', 'config B\n\tbool "b"\nendmenu\n'),
    "a choice that begins without a newline": (
        "choice",
        '\tprompt "c"\nconfig B\n\tbool "b"\nendchoice\n',
    ),
    "a menu that ends in the other file": ('menu "m"\n', "endmenu\n"),
    "an entry that goes on": ("config B", '\tbool "b"\n\tdefault y\n'),
    "a help text that begins without a newline": (
        'config B\n\tbool "b"\n\thelp',
        '\t  Text.\nconfig C\n\tbool "c"\n',
    ),
    "a value behind a help text": ('config B\n\tbool "b"\n\thelp\n\t  Text.\n', "foo = bar\n"),
    "a source without a newline": ('source "Kconfig.more"', 'config B\n\tbool "b"\n'),
}
