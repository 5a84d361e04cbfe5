"""How an answer is written: JSON, or the same as XML by the specification's own mapping (a list is a container of one kind of child)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from flask import Response, json

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
#: Container → what each of its children is called.
_CHILDREN = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
# What XML 1.0 cannot hold, not even escaped. It is left out of both forms, so that they say the same.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: Any) -> Any:
    """The same without signs that XML has no way to say."""
    if isinstance(value, str):
        return _UNSAYABLE.sub("", value)
    if isinstance(value, dict):
        return {name: clean(inner) for name, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list) else value


def as_xml(root: str, value: Any) -> str:
    """A document with its declaration.

    Args:
        root: the name of the outermost element.
        value: what JSON would say; None is an empty element.
    """
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, value)}\n'


def _element(name: str, value: Any) -> str:
    if value is None:
        return f"<{name}/>"
    if isinstance(value, dict):
        inner = "".join(_element(child, part) for child, part in value.items())
    elif isinstance(value, list):
        inner = "".join(_element(_CHILDREN[name], part) for part in value)
    elif isinstance(value, bool):
        inner = str(value).lower()
    else:
        # A reader of XML takes a bare carriage return for a line's end.
        inner = escape(str(value), quote=False).replace("\r", "&#13;")
    return f"<{name}>{inner}</{name}>"


def answer(form: str, root: str, value: Any, status: int = 200) -> Response:
    """An answer in one of the two forms.

    Args:
        form: `xml` or `json`.
        root: what the outermost element is called in XML.
    """
    said = clean(value)
    text = json.dumps(said) if form == "json" else as_xml(root, said)
    return Response(text, status, content_type=TYPES[form])
