"""Parameters of a method: declared once, checked on creation, described for forms, JSON and the command line."""

import json
import types
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticUndefined

from core.contract.errors import UserError
from core.contract.fields import JSON, Advanced, Editor, Field, Help, Per, Range, Ref

P = TypeVar("P", bound="Params")


class Params(BaseModel):
    """Parameters of a method. Frozen and checked on creation, so an instance is always valid."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_enum_values=False)

    def replaced(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked anew."""
        return type(self).model_validate({**self.model_dump(), **changes})


def describe(cls: type[Params]) -> tuple[Field, ...]:
    """The declared fields in order."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_describe_field(name, hints[name], info) for name, info in cls.model_fields.items())


def to_json(params: Params) -> dict[str, JSON]:
    return params.model_dump(mode="json")


def from_json(cls: type[P], data: Mapping[str, Any]) -> P:
    """Build parameters from plain data.

    Raises:
        UserError: an unknown, missing or bad field, named in the sentence.
    """
    try:
        return cls.model_validate(dict(data))
    except ValidationError as error:
        raise UserError(_sentence(cls, error)) from error


def add_arguments(parser: ArgumentParser, cls: type[Params]) -> None:
    """One `--flag` per field; lists repeat their flag. Values stay text until `from_arguments` checks them."""
    for field in describe(cls):
        flag = "--" + field.name.replace("_", "-")
        text = " ".join(filter(None, [field.help, _limits(field)])).replace("%", "%%")
        names = [flag] if flag == "--" + field.name else [flag, "--" + field.name]
        if field.editor == "bool" and not field.many:
            parser.add_argument(*names, action=BooleanOptionalAction, default=None, dest=field.name, help=text)
        elif field.many or field.editor == "words":
            parser.add_argument(*names, action="append", default=None, dest=field.name, help=text)
        else:
            parser.add_argument(*names, default=None, dest=field.name, help=text)


def from_arguments(cls: type[P], arguments: Namespace, base: Mapping[str, Any] | None = None) -> P:
    """The parameters that parsed arguments say, over `base` (a parameter file)."""
    data: dict[str, Any] = dict(base or {})
    for field in describe(cls):
        value = getattr(arguments, field.name, None)
        if value is not None:
            data[field.name] = _parse(field, value)
    return from_json(cls, data)


def _parse(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        return [_parse_one(field, item) for item in value]
    return _parse_one(field, value)


def _parse_one(field: Field, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if field.editor in ("point", "box", "numbers"):
        return [part.strip() for part in value.split(",")]
    return value


def _limits(field: Field) -> str:
    parts = []
    if field.choices:
        parts.append("one of " + ", ".join(field.choices))
    if field.low is not None or field.high is not None:
        parts.append(f"{_number(field.low)} to {_number(field.high)}")
    if not field.required and field.default not in (None, "", [], ()):
        parts.append(f"default {json.dumps(field.default)}")
    return f"({'; '.join(parts)})" if parts else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _describe_field(name: str, hint: Any, info: Any) -> Field:
    metadata, inner, many, optional = _unwrap(hint)
    bounds = next((m for m in metadata if isinstance(m, Range)), None)
    words = next((m for m in metadata if isinstance(m, Help)), Help(""))
    required = info.is_required()
    default = None if required else _plain(info.get_default(call_default_factory=True))
    return Field(
        name=name,
        editor=_editor(inner, metadata),
        many=many,
        required=required,
        default=default,
        optional=optional,
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        step=bounds.step if bounds else None,
        choices=_choices(inner),
        help=words.text,
        symbol=words.symbol,
        source=words.source,
        advanced=any(isinstance(m, Advanced) for m in metadata),
        per=next((m.field for m in metadata if isinstance(m, Per)), ""),
    )


def _unwrap(hint: Any) -> tuple[list[Any], Any, bool, bool]:
    """Metadata, innermost type, whether it is a list of them, and whether it may be None."""
    metadata: list[Any] = []
    many = optional = False
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *extra = get_args(hint)
            metadata.extend(extra)
        elif origin in (Union, types.UnionType) and type(None) in get_args(hint):
            rest = [a for a in get_args(hint) if a is not type(None)]
            optional, hint = True, rest[0]
        elif origin is tuple and not any(isinstance(m, Ref) for m in metadata):
            arguments = get_args(hint)
            if len(arguments) == 2 and arguments[1] is Ellipsis:
                many, hint = True, arguments[0]
            else:
                return metadata, tuple, many, optional
        else:
            return metadata, hint, many, optional


def _editor(inner: Any, metadata: list[Any]) -> Editor:
    for entry in metadata:
        if isinstance(entry, Ref):
            return entry.editor
    if get_origin(inner) is Literal or (isinstance(inner, type) and issubclass(inner, Enum)):
        return "choice"
    plain: dict[Any, Editor] = {bool: "bool", int: "int", float: "float", tuple: "numbers"}
    return plain.get(inner, "text")


def _choices(inner: Any) -> tuple[str, ...]:
    if get_origin(inner) is Literal:
        return tuple(str(a) for a in get_args(inner))
    if isinstance(inner, type) and issubclass(inner, Enum):
        return tuple(str(member.value) for member in inner)
    return ()


def _plain(value: Any) -> JSON:
    if value is PydanticUndefined:
        return None
    if isinstance(value, Enum):
        return value.value  # type: ignore[no-any-return]
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value  # type: ignore[no-any-return]


def _sentence(cls: type[Params], error: ValidationError) -> str:
    """Pydantic's first complaint as one sentence that names the field."""
    first = error.errors(include_url=False)[0]
    place = first["loc"][0] if first["loc"] else ""
    name = str(place)
    kind, context = first["type"], first.get("ctx", {})
    if kind == "extra_forbidden":
        known = ", ".join(cls.model_fields)
        return f"There is no parameter '{name}'; the parameters are: {known}."
    if kind == "missing":
        return f"The parameter '{name}' is missing; it must be given."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        word = "at least" if "ge" in context else "at most"
        return f"The parameter '{name}' must be {word} {bound:g}, not {first['input']}."
    if kind == "literal_error":
        return f"The parameter '{name}' must be one of {context.get('expected')}, not {first['input']!r}."
    if kind == "value_error":
        reason = str(context.get("error", first["msg"]))
        return reason if name in reason or not name else f"The parameter '{name}' is wrong: {reason}"
    return f"The parameter '{name}' is wrong: {first['msg']} (it was {first['input']!r})."
