"""/openapi.json and a readable /docs page that needs no script and no outside file."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, render_template_string
from flask_smorest import Api

from servicekit.identity import public
from servicekit.schemas import ProblemSchema

_METHODS = ("get", "post", "put", "patch", "delete")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>OpenAPI document: <a href="openapi.json">openapi.json</a>. Errors are
<code>application/problem+json</code>; routes marked <em>open</em> need no token.</p>
{% for op in operations %}
<section>
<h2><span class="method {{ op.method }}">{{ op.method|upper }}</span> <code>{{ op.path }}</code>
{% if op.open %}<em>open</em>{% endif %}</h2>
{% if op.summary %}<p>{{ op.summary }}</p>{% endif %}
{% if op.rows %}
<table>
<thead><tr><th>in</th><th>name</th><th>type</th><th>required</th></tr></thead>
<tbody>{% for row in op.rows %}<tr><td>{{ row.place }}</td><td><code>{{ row.name }}</code></td>
<td>{{ row.kind }}</td><td>{{ "yes" if row.required else "" }}</td></tr>{% endfor %}</tbody>
</table>
{% endif %}
<p>Answers: {% for status, text in op.answers %}<code>{{ status }}</code> {{ text }}{% if not
loop.last %}, {% endif %}{% endfor %}</p>
</section>
{% endfor %}
</main>
</body>
</html>
"""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; margin: 0; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 0 0 .25rem; }
section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; vertical-align: top; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
"""


class ProblemApi(Api):
    """flask-smorest's Api whose documented errors are problem documents."""

    ERROR_SCHEMA = ProblemSchema


def smorest_config(title: str) -> dict[str, object]:
    """The flask-smorest settings of an app; its own documentation routes stay off."""
    return {
        "API_TITLE": title,
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": None,
        "API_SPEC_OPTIONS": {
            "components": {
                "securitySchemes": {
                    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
                }
            }
        },
    }


def init_openapi(app: Flask, api: Api, *, title: str) -> None:
    """Add /openapi.json, /docs and its style sheet. Links are relative, so any prefix works."""

    @public
    def openapi_json() -> Response:
        return jsonify(api.spec.to_dict())

    @public
    def docs() -> str:
        operations = list_operations(api.spec.to_dict())
        return render_template_string(_PAGE, title=title, operations=operations)

    @public
    def docs_css() -> Response:
        return Response(_STYLE, mimetype="text/css")

    app.add_url_rule("/openapi.json", "openapi_json", openapi_json)
    app.add_url_rule("/docs", "docs", docs)
    app.add_url_rule("/docs.css", "docs_css", docs_css)


def list_operations(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the page shows of each operation, in the document's order."""
    return [
        _operation(spec, path=path, method=method, item=item)
        for path, item in spec.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]


def _operation(
    spec: Mapping[str, Any], *, path: str, method: str, item: Mapping[str, Any]
) -> dict[str, Any]:
    operation = item[method]
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    rows = [
        _row(place=p["in"], name=p["name"], schema=p.get("schema", {}), required=p.get("required"))
        for p in parameters
        if "in" in p
    ]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolve(spec, content.get("schema", {}))
        required = schema.get("required", ())
        rows += [
            _row(place=media_type, name=name, schema=inner, required=name in required)
            for name, inner in schema.get("properties", {}).items()
        ]
    return {
        "path": path,
        "method": method,
        "open": operation.get("security") == [],
        "summary": operation.get("summary", ""),
        "rows": rows,
        "answers": [
            (status, answer.get("description", ""))
            for status, answer in operation.get("responses", {}).items()
            if isinstance(answer, Mapping)
        ],
    }


def _row(
    *, place: str, name: str, schema: Mapping[str, Any], required: bool | None
) -> dict[str, Any]:
    kind = schema.get("type") or str(schema.get("$ref", "")).rpartition("/")[2]
    if "enum" in schema:
        kind = " | ".join(str(value) for value in schema["enum"])
    return {"place": place, "name": name, "kind": kind, "required": bool(required)}


def _resolve(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if not reference:
        return schema
    resolved: Mapping[str, Any] = spec["components"]["schemas"][reference.rpartition("/")[2]]
    return resolved
