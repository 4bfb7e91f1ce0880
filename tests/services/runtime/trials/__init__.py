"""Trials of live runs in real time, again and again: what is killed, cut, held up or refused, and
what becomes of it. Times are seconds of the wall clock, which is the run's and the plants'.

`python -m tests.services.runtime.trials --help` says how.
"""
