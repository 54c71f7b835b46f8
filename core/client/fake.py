"""An engine that plays a script, for tests of the window: the same interface, no process, no torch."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from core.client.engine import Listener
from core.contract.messages import Done, Failed, Progress, Ready, Stopped, Submit, ToStudio
from core.contract.method import MethodInfo, Outcome

Script = Callable[[Submit], Iterable[ToStudio]]


def three_steps(job: Submit) -> Iterable[ToStudio]:
    """The plainest job: three items, then done with nothing."""
    for done in range(4):
        yield Progress(job=job.job, label="Working", done=done, total=3, seconds_left=3.0 - done)
    yield Done(job=job.job, outcome=Outcome(note=job.method), seconds=3.0)


class FakeEngine:
    """Answers every job with the messages of its script.

    With `automatic` they come at once, inside `submit`; without, one by one with `step()`, so that a test can cancel
    in between. One job at a time, as the real engine.
    """

    def __init__(
        self, script: Script = three_steps, on_message: Listener | None = None, *,
        methods: Sequence[MethodInfo] = (), automatic: bool = False,
    ) -> None:  # fmt: skip
        self.script = script
        self.heard: list[ToStudio] = []
        self.on_message: Listener = on_message or self.heard.append
        self.submitted: list[Submit] = []
        self.cancelled: list[str] = []
        self.closed = False
        self._methods = tuple(methods)
        self._automatic = automatic
        self._ready: Ready | None = None
        self._jobs: deque[tuple[str, deque[ToStudio]]] = deque()

    @property
    def running(self) -> tuple[str, ...]:
        return tuple(job for job, _ in self._jobs)

    @property
    def ready(self) -> Ready | None:
        return self._ready

    def start(self) -> None:
        if self._ready is None:
            self.closed = False
            self._ready = Ready(methods=self._methods, device="fake", free_memory=0, models=("pocket",))
            self.on_message(self._ready)

    def submit(self, job: Submit) -> None:
        self.submitted.append(job)
        self._jobs.append((job.job, deque(self.script(job))))
        self.start()
        while self._automatic and self.step():
            pass

    def step(self) -> bool:
        """Deliver the next message; False when there is none."""
        if not self._jobs:
            return False
        job, answers = self._jobs[0]
        if not answers:
            raise RuntimeError(f"the script of job {job} ends without Done, Failed or Stopped")
        message = answers.popleft()
        if isinstance(message, Done | Failed | Stopped):
            self._jobs.popleft()
        self.on_message(message)
        return True

    def cancel(self, job: str) -> None:
        if job in self.running:
            self.cancelled.append(job)
            self._jobs = deque(entry for entry in self._jobs if entry[0] != job)
            self.on_message(Stopped(job=job))

    def crash(self, message: str = "The engine crashed while it worked on this job. Try the job again.") -> None:
        """What a client does when the process dies: the jobs fail in words and the engine comes back."""
        jobs, self._jobs, self._ready = self.running, deque(), None
        for job in jobs:
            self.on_message(Failed(job=job, message=message, fault=True))
        self.start()

    def close(self) -> None:
        self.closed = True
        self._jobs.clear()
        self._ready = None
