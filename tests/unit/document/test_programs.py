"""Samples of a request in each language, to the letter. `make clients` runs them (`tests/clients/test_samples.py`)."""

import pytest

from tools.document.programs import LANGUAGES
from tools.document.requests import Request

BASE = "http://127.0.0.1:3000"
FORM = "application/x-www-form-urlencoded"


def request(media_type: str, body: object, **more: str) -> Request:
    headers = {"Content-Type": media_type, **more} if media_type else more
    return Request("showIt", "", "", "POST", "/a/{b}", {"b": "c/d"}, {"e": "f g"}, headers, media_type, body)


JSON_BODY = request("application/json", {"text": 'it\'s "x"', "none": None, "yes": True}, Authorization="Basic eDp5")

WRITTEN = {
    "curl": """\
curl 'http://127.0.0.1:3000/a/c%2Fd?e=f+g' \\
  -H 'Content-Type: application/json' \\
  -H 'Authorization: Basic eDp5' \\
  --data-raw '{
  "text": "it'"'"'s \\"x\\"",
  "none": null,
  "yes": true
}'""",
    "Python": """\
import requests

body = {'text': 'it\\'s "x"', 'none': None, 'yes': True}

reply = requests.post(
    'http://127.0.0.1:3000/a/c%2Fd?e=f+g',
    json=body,
    headers={'Authorization': 'Basic eDp5'},
)
print(reply.status_code, reply.text)""",
    "JavaScript": """\
const reply = await fetch("http://127.0.0.1:3000/a/c%2Fd?e=f+g", {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "Authorization": "Basic eDp5"
  },
  body: JSON.stringify({
    "text": "it's \\"x\\"",
    "none": null,
    "yes": true
  }),
});
console.log(reply.status, await reply.text());""",
    "PHP": """\
<?php
$request = curl_init('http://127.0.0.1:3000/a/c%2Fd?e=f+g');
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_HTTPHEADER => [
        'Content-Type: application/json',
        'Authorization: Basic eDp5',
    ],
    CURLOPT_POSTFIELDS => '{
  "text": "it\\'s \\\\"x\\\\"",
  "none": null,
  "yes": true
}',
    CURLOPT_RETURNTRANSFER => true,
]);
$reply = curl_exec($request);
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $reply, PHP_EOL;""",
    "Java": """\
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class ShowIt {
    public static void main(String[] arguments) throws Exception {
        var body = \"\"\"
            {
              "text": "it's \\\\"x\\\\"",
              "none": null,
              "yes": true
            }\"\"\";
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:3000/a/c%2Fd?e=f+g"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Basic eDp5")
            .method("POST", HttpRequest.BodyPublishers.ofString(body))
            .build();
        var reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(reply.statusCode() + " " + reply.body());
    }
}""",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_is_a_whole_program(language: str) -> None:
    assert LANGUAGES[language](JSON_BODY, BASE) == WRITTEN[language]


@pytest.mark.parametrize(
    ("language", "part"),
    [
        ("curl", "--data-urlencode 'a%27%26=it'\"'\"'s @x'"),
        ("Python", """body = {"a'&": "it's @x"}"""),
        ("JavaScript", 'body: new URLSearchParams({\n    "a\'&": "it\'s @x"\n  })'),
        ("PHP", "http_build_query([\n        'a\\'&' => 'it\\'s @x',\n    ])"),
        ("Java", 'var body = "a%27%26=it%27s+%40x";'),
    ],
)
def test_a_form_is_encoded_by_the_language(language: str, part: str) -> None:
    assert part in LANGUAGES[language](request(FORM, {"a'&": "it's @x"}), BASE)


@pytest.mark.parametrize(
    ("language", "part"),
    [
        ("curl", "--data-raw '<a b=\"\\\">$x'\"'\"'\n</a>'"),
        ("Python", "body = '<a b=\"\\\\\">$x\\'\\n</a>'.encode()"),
        ("JavaScript", 'body: "<a b=\\"\\\\\\">$x\'\\n</a>"'),
        ("PHP", "CURLOPT_POSTFIELDS => '<a b=\"\\\\\">$x\\'\n</a>'"),
        ("Java", 'var body = """\n            <a b="\\\\">$x\'\n            </a>""";'),
    ],
)
def test_signs_that_mean_something_in_a_language_are_escaped(language: str, part: str) -> None:
    assert part in LANGUAGES[language](request("application/xml", '<a b="\\">$x\'\n</a>'), BASE)


@pytest.mark.parametrize("body", ['a\n"b"', "a\nb\n", " a\nb", "a \nb", "a\r\nb", "\na"])
def test_a_text_that_a_text_block_of_java_would_change_is_a_literal(body: str) -> None:
    assert '"""' not in LANGUAGES["Java"](request("text/plain", body), BASE)


@pytest.mark.parametrize(("language", "body"), [("curl", "--data"), ("Python", "data="), ("JavaScript", "body")])
def test_a_request_without_a_body_has_none_in_its_sample(language: str, body: str) -> None:
    assert body not in LANGUAGES[language](request("", None), BASE)
