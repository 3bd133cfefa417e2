"""``kresolve profiles``."""

from __future__ import annotations

import argparse
import json

from kresolve.cli.common import HOLDS, Commands, add_profile_argument, command
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve profiles
  kresolve profiles criu
  kresolve profiles mine --profile mine.toml --json

what a profile asks for, for what, and how that is known; plan and check take
its name, as in criu, criu:tun,lazy-pages, criu:all
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "profiles", "the profiles there are, or what one holds", _EXAMPLES)
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this profile")
    add_profile_argument(parser)
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")
    parser.set_defaults(run=_profiles)


def _profiles(arguments: argparse.Namespace) -> int:
    from kresolve.planner.profiles import known_profile, own_profiles, profile_names
    from kresolve.rendering.profiles import (
        profile_document,
        profile_text,
        profiles_document,
        profiles_text,
    )

    own = own_profiles(arguments.profile)
    if arguments.name is not None:
        profile = known_profile(arguments.name, own)
        document = profile_document(profile) if arguments.json else None
        text = profile_text(profile)
    else:
        names = dict.fromkeys((*own, *profile_names()))
        found = [known_profile(name, own) for name in names]
        document = profiles_document(found) if arguments.json else None
        text = profiles_text(found)
    say(text if document is None else json.dumps(document, indent=2))
    return HOLDS
