"""The closed loop: coupled twins, their controllers and what is recorded."""
