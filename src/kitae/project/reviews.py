"""Opens a review session over the rows that wait for a person."""

from __future__ import annotations

from kitae.project.runs import now_iso
from kitae.records.journal import Journal
from kitae.records.store import Artifact
from kitae.stages.review.config import ReviewConfig
from kitae.stages.review.session import ReviewSession


def open_session(
    artifact: Artifact, journal: Journal, config: ReviewConfig, reviewer: str
) -> ReviewSession:
    """The session over the current batch of a review artifact."""
    return ReviewSession.open(artifact, journal, config, now=now_iso, reviewer=reviewer)
