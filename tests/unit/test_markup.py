"""Small HTML: everything is escaped."""

from __future__ import annotations

from kresolve.kconfig.markup import block, code, strong, table, text


def test_nothing_gets_through() -> None:
    """Markup and control characters in a text are shown, not obeyed."""
    assert text('<b a="x">&\x00\ud800') == "&lt;b a=&quot;x&quot;&gt;&amp;\\x00\\ud800"
    assert code("<") == "<code>&lt;</code>"
    assert strong("<") == "<b>&lt;</b>"
    assert "<th" in table([["x"]], ["<"])
    assert "&lt;" in table([["x"]], ["<"])


def test_empty_pieces_leave_nothing() -> None:
    """No rows make no table, and empty pieces no block."""
    assert table([]) == ""
    assert block("", "a", "") == "<div><div>a</div></div>"
