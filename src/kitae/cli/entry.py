"""Where the command starts.

`kitae status`, which scripts ask often, is answered from the kept snapshot without building the whole
command line; everything else, and any unclear word, goes to `app`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the command line and leave with the documented exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["status"] and _answer_status(arguments[1:]):
        sys.exit(0)
    from kitae.cli.app import run

    sys.exit(run(arguments))


def _answer_status(words: list[str]) -> bool:
    """Print the status from its snapshot; False when there is none or the words need real parsing."""
    is_json = words[-2:] == ["--format", "json"]
    folders = words[:-2] if is_json else words
    if len(folders) > 1 or any(word.startswith("-") for word in folders):
        return False
    from kitae.cli.states import print_status
    from kitae.project.commands import addressed_document
    from kitae.project.snapshot import read_snapshot

    folder = Path(folders[0] if folders else ".")
    document = read_snapshot(folder)
    if document is None:
        return False
    print_status(addressed_document(document, folder), is_json=is_json)
    return True
