"""Intervals, paired tests and power: numbers in, numbers out. scipy is loaded only where it is called.

What the modules hold: `intervals` (how far a share can be trusted), `resampling` (the bootstrap by group),
`paired` (before against after), `power` (what a test set of this size can show), `multiple` (several
tests at once), `answers` (when two answers are equal, and what a constant answer would reach).
"""
