"""How one part of a process wakes another before its time."""

import threading


class Bell:
    """Rung by whoever made work; each listener has an ear of its own, so that nobody takes another's call."""

    def __init__(self) -> None:
        self._ears: set[Ear] = set()
        self._changing = threading.Lock()

    def ring(self) -> None:
        """Wake everybody who listens, or is about to."""
        with self._changing:
            ears = list(self._ears)
        for ear in ears:
            ear.wake()

    def ear(self) -> "Ear":
        """A new listener; it hears from now on, until it is closed."""
        ear = Ear(self)
        with self._changing:
            self._ears.add(ear)
        return ear

    def forget(self, ear: "Ear") -> None:
        """Ring for this one no more."""
        with self._changing:
            self._ears.discard(ear)


class Ear:
    """One listener."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._rung = threading.Event()

    def wake(self) -> None:
        self._rung.set()

    def listen(self, seconds: float) -> bool:
        """Wait until the bell has rung since the last time, or so long; tell whether it has."""
        rung = self._rung.wait(max(seconds, 0.0))
        self._rung.clear()
        return rung

    def close(self) -> None:
        self._bell.forget(self)
