"""What a device described from outside can do: a store with modes, or a power within limits."""

from rami.functional.flexibility.envelope import Envelope
from rami.functional.flexibility.store import Element, Mode, Store, Switch
from rami.functional.flexibility.store_plan import Ask, StorePlan, plan_store

__all__ = ["Ask", "Element", "Envelope", "Mode", "Store", "StorePlan", "Switch", "plan_store"]
