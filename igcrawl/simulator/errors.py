"""Errors of the simulator."""


class SimulatorError(ValueError):
    """Raised when the simulator cannot be started or a fault cannot be scripted as asked.

    The message is one line for the operator and names what is allowed.
    """
