"""One request of each kind to each endpoint, and none with credentials that are wrong."""

import statistics
import time
from collections.abc import Callable

from loyalty import __version__

from ..http import Reply
from . import endpoints
from .scene import CheckFailed, Scene, expect

_CUSTOMERS, _WARM = 6, 10

_REPEATED: dict[str, Callable[[Scene], Reply]] = {
    "health": lambda scene: scene.http.send("GET", "/health", {}),
    "registration": lambda scene: endpoints.register(scene, scene.customers[0]),
    "earn": lambda scene: endpoints.earn(scene, ["nobody@example.com"]),
}
"""What is measured when warm."""


def health(scene: Scene) -> str:
    """The API is there, in this command's version, and finds what there is not."""
    reply = scene.timed("health", lambda: scene.http.send("GET", "/health", {}))
    expect("GET /health", (reply.status, reply.json()), (200, {"status": "ok", "version": __version__}))
    expect("HEAD /health", scene.http.send("HEAD", "/health", {}).status, 200)
    for path in ("/console", "/docs", "/openapi.json"):
        expect(f"GET {path}", scene.http.send("GET", path, {}).status, 200)
    expect("GET /nothing", scene.http.send("GET", "/nothing", {}).status, 404)
    expect("GET a path that takes POST", scene.http.send("GET", endpoints.REGISTER, {}).status, 405)
    return f"version {__version__}"


def importing(scene: Scene) -> str:
    """Customers are imported, and known when they come again."""
    scene.customers = [scene.email(number) for number in range(_CUSTOMERS)]
    reply = scene.timed("import", lambda: endpoints.import_(scene, scene.customers)).json()
    expect(
        "the import's reply",
        (reply["status"], reply["batch"]["customers"]),
        ("success", {"new": _CUSTOMERS, "updated": 0}),
    )
    again = endpoints.import_(scene, scene.customers).json()["batch"]["customers"]
    expect("the same import's reply", again, {"new": 0, "updated": _CUSTOMERS})
    return f"{_CUSTOMERS} new, then {_CUSTOMERS} updated"


def registering(scene: Scene) -> str:
    """Members are registered once, in JSON and in XML, alone and in a batch."""
    there, nobody = scene.customers, f"nobody@{scene.account}.example.com"
    reply = scene.timed("registration", lambda: endpoints.register(scene, there[0]))
    expect("a registration", (reply.status, reply.json()["error"]), (200, 0))
    again = endpoints.register(scene, there[0])
    expect("the same again", (again.status, again.json()["error"]), (409, 409))
    batch = endpoints.register_batch(scene, [there[1], there[0], nobody, "broken"]).json()["result"]
    expect("a batch's errors", [one["error"] for one in batch], [0, 409, 404, 400])
    xml = endpoints.register_xml(scene, [there[2], nobody]).body.decode()
    expect("errors in XML", ["<item><error>0<" in xml, "<item><error>404<" in xml], [True, True])
    return "in JSON and XML; 409 for members, 404 and 400 where there is no such customer"


def earning(scene: Scene) -> str:
    """A promotion is issued, by Basic and by an access token."""
    basic = scene.timed("earn", lambda: endpoints.earn(scene, [scene.customers[0], "nobody@example.com"]))
    expect("an earn's reply", (basic.status, basic.json()["failureCount"]), (200, 1))
    scene.access_token = endpoints.access_token(scene).json()["data"]["accessToken"]
    oauth = endpoints.earn(scene, [scene.customers[1]], {"X-CAP-API-OAUTH-TOKEN": scene.access_token})
    expect("an earn's reply by OAuth", (oauth.status, oauth.json()["failureCount"]), (200, 0))
    return "by Basic and by an access token"


def wrong_credentials(scene: Scene) -> str:
    """Nobody is let in with a wrong secret, and nobody sees another account's job."""
    wrong = f"wrong-{scene.account}"
    bearer = {"Authorization": f"Bearer {wrong}"}
    expect("a wrong token", endpoints.register(scene, scene.customers[0], wrong).status, 401)
    expect("a wrong import key", endpoints.import_(scene, scene.customers, wrong).json()["status"], "error")
    expect(
        "a wrong Basic password",
        endpoints.earn(scene, scene.customers, {"Authorization": "Basic d3Jvbmc6eA=="}).status,
        401,
    )
    expect("a wrong OAuth secret", endpoints.access_token(scene, wrong).status, 401)
    expect("a wrong token's jobs", scene.http.send("GET", "/jobs", bearer).status, 401)
    expect("another's job", scene.http.send("GET", f"/jobs/{'0' * 32}", scene.authorized).status, 404)
    return "refused by five endpoints"


def times(scene: Scene) -> str:
    """How long first and warm requests take from here; whatever it is, it is told."""
    told = []
    for name, send in _REPEATED.items():
        took = []
        for _ in range(_WARM):
            began = time.perf_counter()
            if send(scene).status >= 500:  # noqa: PLR2004 - HTTP's own classes
                raise CheckFailed(f"{name} answers with 5xx")
            took.append((time.perf_counter() - began) * 1_000)
        told.append(f"{name} first {scene.first_milliseconds.get(name, 0):.0f} ms, warm {statistics.median(took):.0f}")
    return "; ".join(told)
