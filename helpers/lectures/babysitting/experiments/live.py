"""Training beside the interface: in a thread of its own, in short slices, so that whoever watches it stays responsive.

At most one run trains in a process: starting one ends the other. The thread is a daemon and ends with the process; it
also ends by itself after `limit` updates, so that a page that was left does not train for ever.
"""

import atexit
import threading
import time
import traceback

from .training import Log

READY, RUNNING, PAUSED, STOPPED = "ready", "running", "paused", "stopped"
FINISHED, DIVERGED, FAILED = "finished", "diverged", "failed"
SLICE = 0.03  # seconds of training between two looks at what the reader wants
BREATH = 0.002  # seconds left to the interface after each slice

_one_at_a_time = threading.Lock()
_current = None  # the run whose thread may be alive


class LiveRun:
    """A Training (experiments.babysitting) that can be started, paused, stopped, and changed while it trains.

    `state` is one of the words above. `log()` gives what has been read so far. When training fails, `error` holds the
    exception and `report` its traceback as text.
    """

    def __init__(self, training, limit=3000, every=20):
        self.training, self.limit, self.every = training, limit, every
        self.state, self.error, self.report = READY, None, ""
        self._changed = threading.Condition()
        self._readings = [training.read()]
        self._thread = None
        self._in_a_slice = False

    def start(self):
        """Train, or go on after a pause. A run that has ended stays as it is."""
        global _current
        if self.state not in (READY, PAUSED):
            return
        with _one_at_a_time:
            if _current is not None and _current is not self:
                _current.stop()
            _current = self
        with self._changed:
            self.state = RUNNING
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._train, name="live training", daemon=True)
            self._thread.start()

    def pause(self):
        """Stand still, which the slice that is running may delay a moment; `start` goes on."""
        with self._changed:
            if self.state == RUNNING:
                self.state = PAUSED
            self._changed.wait_for(lambda: not self._in_a_slice, timeout=5)

    def stop(self):
        """End the run for good, and wait until its thread is gone."""
        with self._changed:
            if self.state in (READY, RUNNING, PAUSED):
                self.state = STOPPED
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def advance(self, updates, every):
        """Train here and now, without a thread, reading the instruments after every `every` updates."""
        for _ in range(updates // every):
            if not self._readings[-1].diverged:
                self.training.advance(every)
                self._readings.append(self.training.read())

    def set(self, learning_rate, regularization):
        """What the next update uses."""
        self.training.learning_rate, self.training.regularization = learning_rate, regularization

    def log(self):
        return Log(tuple(self._readings))  # appending to a list and copying it are safe across threads

    @property
    def alive(self):
        return self._thread is not None and self._thread.is_alive()

    def _train(self):
        try:
            while self._may_go_on():
                self._slice()
                self._slice_is_over()
                time.sleep(BREATH)
        except Exception as error:  # it would vanish with the thread: it belongs to the reader
            self.error, self.report = error, traceback.format_exc()
            self._end(FAILED)
            self._slice_is_over()

    def _may_go_on(self):
        with self._changed:
            self._changed.wait_for(lambda: self.state != PAUSED)
            self._in_a_slice = self.state == RUNNING
            return self._in_a_slice

    def _slice_is_over(self):
        with self._changed:
            self._in_a_slice = False
            self._changed.notify_all()

    def _slice(self):
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end and self.training.updates < self.limit:
            self.training.advance()
            if self.training.updates % self.every == 0:
                self._readings.append(self.training.read())
                if self._readings[-1].diverged:
                    return self._end(DIVERGED)
        if self.training.updates >= self.limit:
            self._end(FINISHED)
        return None

    def _end(self, state):
        with self._changed:
            if self.state in (RUNNING, PAUSED):
                self.state = state


def stop_current():
    """End the run that trains now, if there is one."""
    with _one_at_a_time:
        if _current is not None:
            _current.stop()


atexit.register(stop_current)
