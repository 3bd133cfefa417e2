"""Explanations for programs: JSON documents with a schema's name in them."""

from __future__ import annotations

from typing import Any

from kresolve.explanation import Cause, Derivation, Fact, Premise, Step, headline, sentence
from kresolve.kconfig.model import TreeInfo
from kresolve.planner import Plan

SCHEMA = "kresolve.derivation/1"


def explanation_document(
    derivation: Derivation,
    tree: TreeInfo,
    wanted: str | None,
    plan: Plan | None,
    *,
    full: bool = False,
) -> dict[str, Any]:
    """An explanation as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": SCHEMA,
        "symbol": derivation.root,
        "value": derivation.value,
        "asked": derivation.asked,
        "dropped": derivation.is_dropped,
        "sentence": headline(derivation),
        "tree": tree.to_dict(),
        "base": derivation.base,
        "mode": derivation.mode,
        "complete": full,
        "facts": [_fact(fact) for fact in derivation.facts.values()],
        "wanted": wanted,
        "plan": None if plan is None else plan.to_dict(),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "value": fact.value,
        "type": None if fact.type is None else str(fact.type),
        "rule": fact.rule,
        "sentence": sentence(fact),
        "location": None if fact.location is None else str(fact.location),
        "prompt": fact.prompt,
        "menu": list(fact.menu),
        "visible": fact.visible,
        "steps": [_step(step) for step in fact.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "value": step.value,
        "told": [_told(told) for told in step.premises],
        "causes": [_cause(cause) for cause in step.causes],
        "also": [_step(other) for other in step.also],
    }


def _told(told: Premise) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "text": told.text,
        "location": None if told.location is None else str(told.location),
        "symbol": told.symbol,
        "value": told.value,
        "source": told.source,
        "probe": told.probe,
        "tools": told.tools,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {"name": cause.name, "value": cause.value, "changes": list(cause.changes)}
