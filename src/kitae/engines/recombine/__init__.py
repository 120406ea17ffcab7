"""Recombining examples: questions with labelled answers in, new questions with derived answers out.

Learns from a small closed set (answers are labels, or JSON objects of labels) which words carry which value
of the answer and in which phrasings they stand, then puts the words into the other phrasings. Works offline,
knows no topic, never leaves the values that it was shown, and says so when a set cannot be varied this way.

    learn(examples) -> Grammar | Refusal
    make_candidates(grammar, seed) -> Pool of Candidates, the best order first
"""

from kitae.engines.recombine.grammar import Filler, Frame, Grammar
from kitae.engines.recombine.learning import Refusal, learn
from kitae.engines.recombine.making import Candidate, Pool, make_candidates

__all__ = ["Candidate", "Filler", "Frame", "Grammar", "Pool", "Refusal", "learn", "make_candidates"]
