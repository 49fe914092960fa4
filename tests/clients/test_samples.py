"""The samples of /docs send what they show: run in their own languages, against a server that keeps what comes."""

from pathlib import Path

import pytest

from tests.clients.recording import FORM, Recorder, wanted
from tests.clients.running import RUNNERS
from tests.fakes.described import DOCUMENT
from tools.document.programs import LANGUAGES
from tools.document.requests import Request, operations, requests

DOCUMENTED = [
    request
    for method, path, operation in operations(DOCUMENT)
    for request in requests(DOCUMENT, method, path, operation)
]

SIGNS = (
    'it\'s "quoted" \\ \\n \\u0041 $HOME ${HOME} $(id) `id` %s %41 {{x}} {$x} \'\'\' """ """"" <?php ?> </pre> '
    "é 漢 😀 \u2028 \u2029 & + = ; # ! ~ * [1-2] {a,b}\t\r\n  last line\\"
)
"""What means something in one of the languages."""

LINES = 'first """" line\n  "second" \\u0041 \\\n\nlast \\'


def hostile(media_type: str, body: object, method: str = "POST") -> Request:
    """A request whose every part is full of such signs."""
    header = {"X-Signs": "it's \"quoted\" \\ $HOME ${x} `id` %s {{x}} '''", "Content-Type": media_type}
    signs = {"a b'\"\\$&": 'it\'s "x" \\ $HOME é 漢 &=+'}
    places = {"place": "a/b'c\"d\\e$f?g é"}
    return Request("hostile", "", "", method, "/x/{place}/y", places, signs, header, media_type, body)


HOSTILE = [
    hostile("application/json", {"text": SIGNS, SIGNS: [0, -1.5, 1e30, True, False, None, {}, [], "", [{"a": {}}]]}),
    hostile("application/json", SIGNS),
    hostile("application/json", {"__proto__": {"a": 1}, "b": '"__proto__": 2', '"__proto__":': 3}),
    hostile(FORM, {"__proto__": "1", SIGNS: SIGNS, "a": "", "@file": "@file", "b": "=@x"}),
    hostile("application/xml", SIGNS),
    hostile("application/xml", LINES),
    hostile("text/plain", f"@{SIGNS}\n"),
    hostile("text/plain", "  begins with white space\nand goes on"),
    hostile("text/plain", 'ends with a "\n"quote"'),
    hostile("text/plain", "ends with a line break\n"),
    hostile("text/plain", "\nbegins with one"),
    hostile("application/json", {"text": "x"}, "PUT"),
    hostile("application/json", {"text": "x"}, "PATCH"),
    Request("bare", "", "", "DELETE", "/x", {}, {}, {}, "", None),
    Request("bare", "", "", "POST", "/x", {}, {}, {}, "", None),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sent", [DOCUMENTED, HOSTILE], ids=["documented", "hostile"])
def test_a_sample_sends_the_request_that_it_shows(language: str, sent: list[Request], tmp_path: Path) -> None:
    # GIVEN the samples of a language
    with Recorder().running() as recorder:
        programs = [LANGUAGES[language](request, recorder.url) for request in sent]
        # WHEN they are run
        RUNNERS[language](programs, tmp_path)
    # THEN each sent its request, whatever signs are in it
    assert len(recorder.received) == len(sent)
    for request, received in zip(sent, recorder.received, strict=True):
        assert received == wanted(request, received), request
