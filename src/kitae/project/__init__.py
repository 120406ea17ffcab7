"""The door: everything that a program, the terminal or a studio does goes through `Project`."""

from kitae.project.project import Project, RunResult

__all__ = ["Project", "RunResult"]
