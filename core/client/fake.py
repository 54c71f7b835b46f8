"""An engine that plays a script, for tests of the window: the same interface, no process, no torch."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from core.client.engine import Listener
from core.contract.messages import (
    Answer,
    Ask,
    Done,
    EstimateAnswer,
    EstimateQuestion,
    Failed,
    MasksQuestion,
    Progress,
    Ready,
    Stopped,
    Submit,
    ToStudio,
)
from core.contract.method import MethodInfo, Outcome

Script = Callable[[Submit], Iterable[ToStudio]]
Answers = Callable[[Ask], Answer]


def three_steps(job: Submit) -> Iterable[ToStudio]:
    """The plainest job: three items, then done with nothing."""
    for done in range(4):
        yield Progress(job=job.job, label="Working", done=done, total=3, seconds_left=3.0 - done)
    yield Done(job=job.job, outcome=Outcome(note=job.method), seconds=3.0)


def knows_nothing(question: Ask) -> Answer:
    """Says so, to every question."""
    if isinstance(question.about, EstimateQuestion):
        return Answer(ask=question.ask, said=EstimateAnswer(source="unknown"))
    return Answer(ask=question.ask, message="The practice engine cannot answer this.")


class FakeEngine:
    """Answers every job with the messages of its script, and every question by `answers`.

    With `automatic` they come at once, inside `submit`; without, one by one with `step()`, so that a test can cancel
    in between. One job at a time, as the real engine; clicks wait for the end of the running job, as there.
    """

    def __init__(
        self, script: Script = three_steps, on_message: Listener | None = None, *,
        methods: Sequence[MethodInfo] = (), automatic: bool = False, answers: Answers = knows_nothing,
    ) -> None:  # fmt: skip
        self.script, self.answers = script, answers
        self.asked: list[Ask] = []
        self.options: tuple[str, ...] | None = None
        """What it was last renewed with."""
        self.heard: list[ToStudio] = []
        self.on_message: Listener = on_message or self.heard.append
        self.submitted: list[Submit] = []
        self.cancelled: list[str] = []
        self.closed = False
        self._methods = tuple(methods)
        self._automatic = automatic
        self._ready: Ready | None = None
        self._jobs: deque[tuple[str, deque[ToStudio]]] = deque()
        self._held: list[Ask] = []

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
        held: list[Ask] = []
        if isinstance(message, Done | Failed | Stopped):
            self._jobs.popleft()
            held, self._held = self._held, []
        self.on_message(message)
        self._answer(held)
        return True

    def cancel(self, job: str) -> None:
        if job in self.running:
            self.cancelled.append(job)
            self._jobs = deque(entry for entry in self._jobs if entry[0] != job)
            held, self._held = self._held, []
            self.on_message(Stopped(job=job))
            self._answer(held)

    def ask(self, question: Ask) -> None:
        self.asked.append(question)
        if self._ready is None:
            self.on_message(Answer(ask=question.ask, message="The engine is not running."))
        elif isinstance(question.about, MasksQuestion) and self._jobs:
            self._held.append(question)
        else:
            self.on_message(self.answers(question))

    def renew(self, options: Sequence[str]) -> None:
        if self._jobs:
            raise RuntimeError("the engine was renewed while a job ran")
        self.options, self._ready = tuple(options), None
        self.start()

    def _answer(self, held: Sequence[Ask]) -> None:
        """Answer what waited: the newest; the others were replaced by it."""
        for place, question in enumerate(held, 1):
            self.on_message(self.answers(question) if place == len(held) else Answer(ask=question.ask))

    def crash(self, message: str = "The engine crashed while it worked on this job. Try the job again.") -> None:
        """What a client does when the process dies: the jobs fail in words and the engine comes back."""
        jobs, self._jobs, self._ready = self.running, deque(), None
        held, self._held = self._held, []
        for job in jobs:
            self.on_message(Failed(job=job, message=message, fault=True))
        for question in held:
            self.on_message(Answer(ask=question.ask, message="The engine crashed before it answered. Ask again."))
        self.start()

    def close(self) -> None:
        self.closed = True
        self._jobs.clear()
        self._held.clear()
        self._ready = None
