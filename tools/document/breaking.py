"""What a change of the OpenAPI document takes from clients of an earlier one.

A request that was valid has to be valid still, and a reply has to have what it had. More is fine: routes, optional
parameters, members of replies, further values in them, further forms of a reply that may have several.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = dict[str, Any]
_LOWER_BOUNDS = ("minimum", "minLength", "minItems")
_UPPER_BOUNDS = ("maximum", "maxLength", "maxItems")

OPEN = "x-extensible"
"""Set where each client gets the form that it asked for, so that others may come: the results of jobs."""


class _Pair(NamedTuple):
    """A part of both documents, and these."""

    old: Any
    new: Any
    released: Schema
    present: Schema

    def at(self, name: str) -> "_Pair":
        """A member of both, None where there is none."""
        old, new = self.resolved().old, self.resolved().new
        return self._replace(old=old.get(name), new=new.get(name))

    def resolved(self) -> "_Pair":
        """Both parts, with references followed."""
        return self._replace(old=_resolved(self.old, self.released), new=_resolved(self.new, self.present))


def breaks(released: Schema, present: Schema) -> list[str]:
    """What clients of the released document lose, one line each: where, and what."""
    documents = _Pair(released, present, released, present)
    return [
        f"{method.upper()} {path}: {fault}"
        for path, item in released["paths"].items()
        for method in item
        for fault in _operation(documents.at("paths").at(path).at(method) if path in present["paths"] else None)
    ]


def _operation(pair: _Pair | None) -> Iterator[str]:
    if pair is None or pair.new is None:
        yield "is gone"
        return
    yield from _parameters(pair)
    yield from _body(pair)
    for status in pair.old["responses"]:
        if status in pair.new["responses"]:
            yield from _reply(pair.at("responses").at(status), status)


def _parameters(pair: _Pair) -> Iterator[str]:
    old, new = (_by_name(one.get("parameters", ()), document) for one, document in (pair[0::2], pair[1::2]))
    yield from (f"the parameter {name} is gone" for name in old.keys() - new.keys())
    for name, parameter in new.items():
        if parameter.get("required") and not old.get(name, {}).get("required"):
            yield f"the parameter {name} is required now"
        elif name in old:
            schemas = pair._replace(old=old[name]["schema"], new=parameter["schema"])
            yield from _narrower(schemas, f"the parameter {name}", ())


def _body(pair: _Pair) -> Iterator[str]:
    body = pair.at("requestBody")
    if body.old is None:
        if body.new and body.new.get("required"):
            yield "a body is required now"
        return
    for media_type in body.old["content"]:
        both = body.at("content").at(media_type)
        if both.new is None:
            yield f"takes no {media_type} any more"
        else:
            yield from _narrower(both.at("schema"), media_type, ())


def _reply(reply: _Pair, status: str) -> Iterator[str]:
    old, new = reply.resolved()[:2]
    gone = {name for name, one in old.get("headers", {}).items() if _resolved(one, reply.released).get("required")}
    yield from (f"{status} has no {name} any more" for name in sorted(gone - new.get("headers", {}).keys()))
    for media_type in old.get("content", {}):
        both = reply.at("content").at(media_type)
        if both.new is None:
            yield f"{status} is not answered in {media_type} any more"
        else:  # what a client reads is what a request is to the server: the new one must fit the old
            schemas = both.at("schema")
            turned = _Pair(schemas.new, schemas.old, schemas.present, schemas.released)
            yield from _narrower(turned, f"{status} {media_type}", (), reply=True)


def _narrower(pair: _Pair, where: str, seen: tuple[Any, ...], *, reply: bool = False) -> Iterator[str]:
    """What of `old` does not fit `new`; in a reply, what is new may have members that nobody knew."""
    if (pair.old, pair.new) in seen or pair.old is None or pair.new is None:
        return
    seen, pair = (*seen, (pair.old, pair.new)), pair.resolved()
    old_choices, new_choices = _choices(pair.old), _choices(pair.new)
    if len(old_choices) > 1 or len(new_choices) > 1:
        documents = [pair.released] * len(old_choices) + [pair.present] * len(new_choices)
        forms = map(_resolved, [*old_choices, *new_choices], documents)
        if reply and all(form.get("type") == "object" for form in forms):
            yield from _forms(pair, where, seen)
            return
        for one in old_choices:
            options = (
                list(_narrower(pair._replace(old=one, new=other), where, seen, reply=reply)) for other in new_choices
            )
            if all(options):
                yield f"{where}: {one.get('$ref', one.get('type', 'a form'))} does not fit any more"
        return
    yield from _value(pair, where, reply=reply)
    yield from _members(pair, where, seen, reply=reply)
    if "items" in pair.old and "items" in pair.new:
        yield from _narrower(pair.at("items"), f"{where}[]", seen, reply=reply)


def _forms(pair: _Pair, where: str, seen: tuple[Any, ...]) -> Iterator[str]:
    """Forms of a reply that clients knew and none fits any more; they get further ones of what they did not ask for."""
    for known in _choices(pair.new):
        options = (
            list(_narrower(pair._replace(old=one, new=known), where, seen, reply=True)) for one in _choices(pair.old)
        )
        if all(options):
            yield f"{where}: nothing fits {known.get('$ref', 'a form')} any more"


def _value(pair: _Pair, where: str, *, reply: bool) -> Iterator[str]:
    old, new = pair.old, pair.new
    if "type" in new and not _types(old) <= _types(new):
        yield f"{where} may be {sorted(_types(old))}, and only {sorted(_types(new))} fits"
    if reply:
        return  # further values are fine there
    if (values := _values(new)) is not None and not (_values(old) or {object()}) <= values:
        yield f"{where} takes fewer values"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where} has another pattern"
    yield from (f"{where}: {name} is higher" for name in _LOWER_BOUNDS if new.get(name, 0) > old.get(name, 0))
    unbound = float("inf")
    yield from (
        f"{where}: {name} is lower" for name in _UPPER_BOUNDS if new.get(name, unbound) < old.get(name, unbound)
    )


def _members(pair: _Pair, where: str, seen: tuple[Any, ...], *, reply: bool) -> Iterator[str]:
    old, new = pair.old.get("properties", {}), pair.new.get("properties", {})
    missing = set(pair.new.get("required", ())) - set(pair.old.get("required", ()))
    words = "is not always there any more" if reply else "is required now"
    yield from (f"{where}.{name} {words}" for name in sorted(missing))
    gone = (new.keys() - old.keys()) if reply else (old.keys() - new.keys())
    yield from (f"{where}.{name} is gone" for name in sorted(gone - missing))
    for name in sorted(old.keys() & new.keys()):
        yield from _narrower(pair._replace(old=old[name], new=new[name]), f"{where}.{name}", seen, reply=reply)


def _resolved(part: Any, document: Schema) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        target: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def _by_name(parameters: Any, document: Schema) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in (_resolved(parameter, document) for parameter in parameters)}


def _choices(schema: Schema) -> list[Schema]:
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def _types(schema: Schema) -> set[str]:
    types = schema.get("type", ["any"])
    return {types} if isinstance(types, str) else set(types)


def _values(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None
