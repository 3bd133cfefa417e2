"""``kresolve profiles``."""

from __future__ import annotations

import argparse

from kresolve.api.options import PlanOptions
from kresolve.cli.common import HOLDS, add_json, add_options
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve profiles
  kresolve profiles criu
  kresolve profiles mine --profile mine.toml --json

what a profile asks for, for what, and how that is known; plan and check take
its name, as in criu, criu:tun,lazy-pages, criu:all
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this profile")
    add_options(parser, PlanOptions, "profile")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.planner.profiles import (
        ProfileName,
        Profiles,
        known_profile,
        own_profiles,
        profile_names,
    )
    from kresolve.rendering.profiles import profile_text, profiles_text

    own = own_profiles(arguments.profile or ())
    if arguments.name is not None:
        profile = known_profile(arguments.name, own)
        say(profile.to_json() if arguments.json else profile_text(profile))
    else:
        found = [known_profile(name, own) for name in dict.fromkeys((*own, *profile_names()))]
        listed = Profiles(tuple(ProfileName(one.name, one.description) for one in found))
        say(listed.to_json() if arguments.json else profiles_text(listed))
    return HOLDS
