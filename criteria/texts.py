"""Texts that are said by the layers above, in the reader's language: here they are only marked, for Babel."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name that tools of translation know
    """Mark a text that is translated when it is said."""
    return text
