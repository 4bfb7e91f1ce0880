"""Compiles a Pyomo model with mutable Params once; after that a plan is array evaluation."""

from rami.functional.strategy.compiler.program import CompiledProgram

__all__ = ["CompiledProgram"]
