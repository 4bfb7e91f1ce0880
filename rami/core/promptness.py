"""A thread that must begin on time, on a machine that has other work too."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

#: sched_setattr(2)
_NUMBER = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
_ATTRIBUTES = struct.Struct("<IIQiIQQQ")  # size, policy, flags, nice, priority, slice, -, -
_RESET_ON_FORK = 1
#: the shortest slice that the kernel takes, ns
_SLICE = 100_000


def prompt() -> bool:
    """Ask the kernel to let the calling thread on to a processor as soon as it wakes.

    It asks for short slices of time: since Linux 6.12 a thread that wakes goes before those with
    longer ones, without more time in sum and without rights; else it may wait for a slice of
    theirs, some ms. Threads and processes that it starts do not inherit this. False where the
    system knows nothing of it (older kernels ignore it); nothing has changed then.
    """
    number = _NUMBER.get(platform.machine())
    if number is None or platform.system() != "Linux":
        return False
    if os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK != os.SCHED_OTHER:
        return False
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    asked = _ATTRIBUTES.pack(_ATTRIBUTES.size, 0, _RESET_ON_FORK, nice, 0, _SLICE, 0, 0)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.c_char_p(asked), 0) == 0)
