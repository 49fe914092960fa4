"""A request as a program in each of five languages, complete, to be pasted and run.

Each language has one function here, which writes a request that goes to a base URL; a text that comes from the document
passes through that language's own quoting and through nothing else.
"""

import json
import pprint
import shlex
from collections.abc import Callable
from urllib.parse import quote

from tools.document.parts import FORM, JSON
from tools.document.requests import Request, is_json

_NO_LINE_BREAK = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def curl(request: Request, base: str) -> str:
    """A command for a POSIX shell."""
    method = [] if request.method == ("GET" if request.body is None else "POST") else [f"-X {request.method}"]
    kept = {name: value for name, value in request.headers.items() if (name, value) != ("Content-Type", FORM)}
    headers = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in kept.items()]
    words = [f"curl {shlex.quote(base + request.target)}", *method, *headers, *_curl_body(request)]
    return " \\\n  ".join(words)


def _curl_body(request: Request) -> list[str]:
    if request.body is None:
        return []
    if request.media_type != FORM:
        return [f"--data-raw {shlex.quote(request.sent)}"]
    return [f"--data-urlencode {shlex.quote(f'{quote(name)}={value}')}" for name, value in request.body.items()]


def python(request: Request, base: str) -> str:
    """A module that needs the library requests."""
    arguments = [repr(base + request.target)]
    body = ""
    headers = dict(request.headers)
    if request.body is not None:
        body = f"body = {_python_body(request)}\n\n"
        arguments.append("json=body" if is_json(request.media_type) else "data=body")
        if request.media_type in (FORM, JSON):
            headers.pop("Content-Type", None)  # the library sets it
    if headers:
        arguments.append(f"headers={headers!r}")
    called = "".join(f"    {one},\n" for one in arguments)
    return (
        f"import requests\n\n{body}reply = requests.{request.method.lower()}(\n{called})\n"
        "print(reply.status_code, reply.text)"
    )


def _python_body(request: Request) -> str:
    if request.media_type == FORM or is_json(request.media_type):
        return _deeper(pprint.pformat(request.body, width=88, sort_dicts=False), 7)
    return f"{request.sent!r}.encode()"


def javascript(request: Request, base: str) -> str:
    """A module for Node.js 18 or newer, or a page."""
    options = [f"method: {_json(request.method)}"]
    if request.headers:
        options.append(f"headers: {_json(request.headers)}")
    if request.body is not None:
        options.append(f"body: {_javascript_body(request)}")
    given = "".join(f"  {_deeper(one, 2)},\n" for one in options)
    return (
        f"const reply = await fetch({_json(base + request.target)}, {{\n{given}}});\n"
        "console.log(reply.status, await reply.text());"
    )


def _javascript_body(request: Request) -> str:
    if not (request.media_type == FORM or is_json(request.media_type)):
        return _json(request.sent)
    written = _json(request.body).replace('"__proto__":', '["__proto__"]:')  # else it would set the prototype
    return f"new URLSearchParams({written})" if request.media_type == FORM else f"JSON.stringify({written})"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def php(request: Request, base: str) -> str:
    """A file for PHP 8 with its extension curl."""
    options = [f"CURLOPT_CUSTOMREQUEST => {_php(request.method)}"]
    if request.headers:
        lines = "".join(f"        {_php(f'{name}: {value}')},\n" for name, value in request.headers.items())
        options.append(f"CURLOPT_HTTPHEADER => [\n{lines}    ]")
    if request.body is not None:
        options.append(f"CURLOPT_POSTFIELDS => {_php_body(request)}")
    options.append("CURLOPT_RETURNTRANSFER => true")
    given = "".join(f"    {one},\n" for one in options)
    return (
        f"<?php\n$request = curl_init({_php(base + request.target)});\ncurl_setopt_array($request, [\n{given}]);\n"
        "$reply = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $reply, PHP_EOL;"
    )


def _php_body(request: Request) -> str:
    if request.media_type != FORM:
        return _php(request.sent)
    fields = "".join(f"        {_php(name)} => {_php(value)},\n" for name, value in request.body.items())
    return f"http_build_query([\n{fields}    ])"


def _php(text: str) -> str:
    """A literal in single quotes, in which nothing else than these two has a meaning."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def java(request: Request, base: str) -> str:
    """A class for Java 17 or newer, named after the operation."""
    publisher = "noBody()" if request.body is None else "ofString(body)"
    body = "" if request.body is None else f"        var body = {_java_body(request.sent)};\n"
    headers = "".join(f"            .header({_java(n)}, {_java(v)})\n" for n, v in request.headers.items())
    name = request.operation[:1].upper() + request.operation[1:]
    return (
        "import java.net.URI;\nimport java.net.http.HttpClient;\nimport java.net.http.HttpRequest;\n"
        "import java.net.http.HttpResponse;\n\n"
        f"class {name} {{\n    public static void main(String[] arguments) throws Exception {{\n{body}"
        f"        var request = HttpRequest.newBuilder(URI.create({_java(base + request.target)}))\n{headers}"
        f"            .method({_java(request.method)}, HttpRequest.BodyPublishers.{publisher})\n            .build();\n"
        "        var reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n"
        '        System.out.println(reply.statusCode() + " " + reply.body());\n    }\n}'
    )


def _java_body(text: str) -> str:
    """A text block if the text has several lines that one would keep as they are, else a literal."""
    lines = text.split("\n")
    keeps = not lines[0].startswith((" ", "\t")) and all(line == line.rstrip() for line in lines)
    if len(lines) == 1 or not lines[0] or not keeps or text.endswith(('"', "\n")):
        return _java(text)
    block = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return '"""\n            ' + _deeper(block, 12) + '"""'


def _java(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_NO_LINE_BREAK.get(sign, sign) for sign in escaped) + '"'


def _deeper(text: str, spaces: int) -> str:
    """The lines after the first moved to the right; what else Python takes for the end of a line is part of a line."""
    return text.replace("\n", "\n" + " " * spaces)


LANGUAGES: dict[str, Callable[[Request, str], str]] = {
    "curl": curl,
    "Python": python,
    "JavaScript": javascript,
    "PHP": php,
    "Java": java,
}
"""How each language's program is written, in the order that readers are shown them."""
