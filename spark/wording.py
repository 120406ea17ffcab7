"""Lists of words and of phrases, written as text."""


def word_list(text: str) -> tuple[str, ...]:
    """What spaces and line breaks keep apart."""
    return tuple(text.split())


def phrase_list(text: str, mark: str = ";") -> tuple[str, ...]:
    """What the mark keeps apart, without the spaces around; empty pieces are left out."""
    return tuple(piece.strip() for piece in text.replace("\n", mark).split(mark) if piece.strip())
