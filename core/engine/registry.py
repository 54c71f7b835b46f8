"""Where methods make themselves known. `core` finds their files by the package names in `PACKAGES`, so nothing names one."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.contract.errors import UserError
from core.contract.method import Clash, Kind, MethodInfo, Outcome, Provenance, Role
from core.contract.params import Params, describe
from core.engine.run import Run
from core.hooks.hook import Hook
from core.models.families import ALL
from core.models.model import Model

PACKAGES = ("core.engine", "core.export", "core.evaluate", "personalization", "editing", "erasure")

TaskFunction = Callable[[Any, Run], Outcome]


@dataclass(frozen=True)
class Method:
    """A registered method: what it says of itself, its parameters, and what to call."""

    info: MethodInfo
    params: type[Params]
    function: TaskFunction | None = None
    hook: Callable[[Any, Run, Model], Hook] | None = None


_METHODS: dict[str, Method] = {}


def task(
    id: str, title: str, kind: Kind, *, families: tuple[str, ...] = ALL, paper: str = "",
    provenance: Provenance = Provenance.PAPER, needs: str = "",
) -> Callable[[TaskFunction], TaskFunction]:  # fmt: skip
    """Register `function(params, run) -> Outcome` under an id `<package>.<file>`."""

    def register(function: TaskFunction) -> TaskFunction:
        params = _first_parameter(function)
        info = _info(id, title, kind, Role.TASK, families, paper, provenance, needs, params, function)
        _add(Method(info, params, function=function))
        return function

    return register


def modifier(
    id: str, title: str, kind: Kind, *, families: tuple[str, ...] = ALL, paper: str = "",
    provenance: Provenance = Provenance.PAPER, needs: str = "", clashes: tuple[Clash, ...] = (),
) -> Callable[[type], type]:  # fmt: skip
    """Register a `Hook` class made as `Class(params, run, model)`."""

    def register(cls: type) -> type:
        params = _first_parameter(cls.__init__, skip=1)  # type: ignore[misc]
        info = replace(_info(id, title, kind, Role.MODIFIER, families, paper, provenance, needs, params, cls),
                       clashes=clashes)  # fmt: skip
        _add(Method(info, params, hook=cls))
        return cls

    return register


def methods(role: Role | None = None) -> tuple[Method, ...]:
    """All methods, sorted by id. Imports the method files the first time."""
    discover()
    found = [m for m in _METHODS.values() if role is None or m.info.role == role]
    return tuple(sorted(found, key=lambda m: m.info.id))


def method(id: str, role: Role | None = None) -> Method:
    """One method.

    Raises:
        UserError: there is none of that name (or it is of the other role).
    """
    discover()
    found = _METHODS.get(id) or _METHODS.get(f"{id}+{role}")
    if role is not None and found is not None and found.info.role != role:
        found = _METHODS.get(f"{id}+{role}")
    if found is None:
        kind = {Role.TASK: "task", Role.MODIFIER: "modifier", None: "method"}[role]
        close = [m.info.id for m in methods(role) if m.info.id.split(".")[-1] == id.split(".")[-1]]
        raise UserError(f"There is no {kind} '{id}'.", f"Did you mean {close[0]}?" if close else "See: studio methods.")
    return found


def discover() -> None:
    """Import every module of the method packages once."""
    for package in PACKAGES:
        _import_all(package)


_seen: set[str] = set()


def _import_all(package: str) -> None:
    if package in _seen:
        return
    _seen.add(package)
    root = importlib.import_module(package)
    for entry in pkgutil.walk_packages(root.__path__, package + "."):
        if not entry.name.endswith(("__main__", ".worker", ".cli")):
            importlib.import_module(entry.name)


def _add(entry: Method) -> None:
    # A paper can be both a task (train, decompose) and a modifier (act in a generation) under one id.
    key = entry.info.id
    if key in _METHODS and _METHODS[key].info.role != entry.info.role:
        key = f"{key}+{entry.info.role}"
    known = _METHODS.get(key)
    target = entry.function or entry.hook
    if known is not None and getattr(known.function or known.hook, "__module__", "") != getattr(
        target, "__module__", ""
    ):
        raise ValueError(f"two methods are called {key}")
    _METHODS[key] = entry


def _first_parameter(function: Callable[..., Any], skip: int = 0) -> type[Params]:
    hints = inspect.get_annotations(function, eval_str=True)
    names = list(inspect.signature(function).parameters)
    params = hints[names[skip]]
    if not (isinstance(params, type) and issubclass(params, Params)):
        raise TypeError(f"{function} must take a Params first")
    return params


def _info(
    id: str, title: str, kind: Kind, role: Role, families: tuple[str, ...], paper: str, provenance: Provenance, needs: str,
    params: type[Params], target: Any,
) -> MethodInfo:  # fmt: skip
    module = importlib.import_module(target.__module__)
    text = inspect.cleandoc(
        (target.__doc__ if role == Role.MODIFIER else None) or module.__doc__ or target.__doc__ or ""
    )
    return MethodInfo(
        id, title, kind, role, families, paper, provenance, text.split("\n")[0], text, describe(params), needs
    )
