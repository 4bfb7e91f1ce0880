"""The runner of services: periods, deadlines, fallbacks, one service's faults kept to itself."""
