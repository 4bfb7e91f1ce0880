"""Shadow: the model beside the plant, on the plant's inputs, and how far apart the two are."""

from rami.integration.shadow.inputs import HeldInputs
from rami.integration.shadow.shadow import Passed, Shadow

__all__ = ["HeldInputs", "Passed", "Shadow"]
