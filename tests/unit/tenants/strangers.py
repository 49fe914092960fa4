"""Every endpoint, called as one account for what only another account has."""

from typing import Any
from urllib.parse import urlencode

from tests.fakes.capillary import request as earning
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ADD,
    BALANCE,
    BATCH,
    CUSTOMERS,
    DETAILS,
    EARN,
    FILES,
    IMPORT,
    ISSUE,
    LEAVE,
    LOOKUP,
    PROFILE,
    PROFILE_DELETE,
    PROFILE_UPDATE,
    PROFILES,
    PROMOTION_DATA,
    REVOKE,
    SINGLE,
    TASK,
    Reply,
)
from tests.fakes.items import Item
from tests.fakes.requests import batch, emails, single
from tests.unit.tenants.callers import Tenant, Tenants

Said = tuple[Reply, Any]
"""A reply, and what of it says whether there was anything."""

Answers = dict[str, tuple[Reply, Any, Any]]
"""By what was called: the reply, what it says, and what it has to say."""

NO_CUSTOMER = {"error": 404, "error_text": "Profile not found", "profile_id": None}
NO_PROFILE = {"error": 404, "error_text": "Profile not found"}
NO_PROGRAM = {"error": 404, "error_text": "Loyalty program not found"}
NO_TASK = {"error": 404, "error_text": "Task not found"}
NOBODY = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Customer not found"}


def customer_of(world: Tenants, owner: Tenant) -> Item:
    """The item of the customer that only the owner has."""
    (found,) = (
        item
        for (key,), item in world.dynamodb.tables["customers"].items()
        if key.startswith(f"{owner.account}#profile_id#") and item.get("email") == {"S": owner.email}
    )
    return found


def earn_of(world: Tenants, owner: Tenant) -> int:
    """The id of an earn of the customer that only the owner has."""
    reply = world.call(owner, "basic", EARN, earning(owner.email, identifierName="email"))
    return int(reply.json()["response"][0]["result"]["earnedId"])


class Stranger:
    """An account that calls for what is the owner's."""

    def __init__(self, world: Tenants, caller: Tenant, owner: Tenant) -> None:
        self._world, self._me, self._owner = world, caller, owner
        customer = customer_of(world, owner)
        self._profile_id, self._customer_id = customer["profile_id"]["S"], customer["customer_id"]["N"]
        begun = world.call(owner, "token", TASK, batch(emails("nobody"), token=None, loyalty_program_id=owner.program))
        self._task = begun.json()["task_id"]
        self._unknown_campaign = f'campaign_id names an unknown campaign, "{owner.program}"'

    def calls(self, earned_id: int) -> Answers:
        """All of them; the earn is one of the owner's."""
        return self.reads() | self.changes() | self.removals() | self.earns(earned_id)

    def reads(self) -> Answers:
        """Look-ups."""
        owner, ids = self._owner, self._owner.identifiers
        nobody: dict[str, list[Any]] = {"customers": []}
        words = f"{owner.email}, {owner.phone}, {ids['code']}"
        return {
            "balance by e-mail": (*self._balance(email=owner.email), NO_PROFILE),
            "balance by profile_id": (*self._balance(matching="profile_id", profile_id=self._profile_id), NO_PROFILE),
            "balance in a program": (
                *self._balance(email=self._me.email, loyalty_program_id=owner.program),
                NO_PROGRAM,
            ),
            **{
                f"look up {path} by {name}": (*self._look_up(path, name, value), 8015)
                for path in (LOOKUP, DETAILS, PROMOTION_DATA)
                for name, value in (("id", self._customer_id), ("email", owner.email), ("externalId", ids["code"]))
            },
            "info by code": (*self._info("customer_info", code=ids["code"]), "Customer not found"),
            "info by card": (*self._info("customer_info", card_number=ids["card_number"]), "Customer not found"),
            "info of a campaign": (
                *self._info("customer_info", code=self._me.identifiers["code"], campaign_id=owner.program),
                self._unknown_campaign,
            ),
            "balance of a campaign": (
                *self._info("customer_balance", code=self._me.identifiers["code"], campaign_id=owner.program),
                self._unknown_campaign,
            ),
            "search": (*self._info("customer_search", email=owner.email), "no_match"),
            "find": (
                *self._info("customer_find", find_customer=words),
                "no_match",
            ),
            "password": (
                *self._info("validate_customer_password", code=ids["code"], customer_password="x"),
                "Customer and password do not match",
            ),
            "own API by e-mail": (*self._own(CUSTOMERS, kind="email", value=owner.email), nobody),
            "own API by profile_id": (
                *self._own(CUSTOMERS, kind="profile_id", value=self._profile_id),
                {"customers": []},
            ),
            "own API": (*self._own(f"{CUSTOMERS}/{self._profile_id}"), NOBODY),
            "look up by an access token": (*self._by_own_token(LOOKUP, owner.email), 8015),
        }

    def changes(self) -> Answers:
        """What makes or changes customers and memberships."""
        owner, profile_id = self._owner, self._profile_id
        by_profile_id = {"matching": "profile_id", "profile_id": profile_id}
        return {
            "import a profile": (*self._change(PROFILE, **by_profile_id, data={"_fname": "Eve"}), NO_CUSTOMER),
            "update a profile": (*self._change(PROFILE_UPDATE, email=owner.email, data={"_fname": "Eve"}), NO_CUSTOMER),
            "import profiles": (
                *self._change(PROFILES, matching="profile_id", data=[{"profile_id": profile_id, "_fname": "Eve"}]),
                {"error": 0, "error_text": "Successful operation", "result": [NO_CUSTOMER]},
            ),
            "send a file": (*self._file(), f'params: program "{owner.program}" does not exist'),
            "add into a program": (*self._add(loyaltyProgramEnrollments=[{"programId": int(owner.program)}]), 1101),
            "record in a campaign": (
                *self._info("record_customer", customer_action="new", code="new", campaign_id=owner.program),
                self._unknown_campaign,
            ),
            "enrol by e-mail": (*self._enrol(email=owner.email), NO_CUSTOMER),
            "enrol by phone": (*self._enrol(matching="phone", phone=owner.phone), NO_CUSTOMER),
            "enrol by profile_id": (*self._enrol(matching="profile_id", profile_id=profile_id), NO_CUSTOMER),
            "enrol into a program": (
                *self._enrol(email=self._me.email, loyalty_program_id=owner.program),
                NO_PROGRAM,
            ),
            "enrol a batch": (*self._enrol_batch(owner.email), [NO_CUSTOMER, NO_CUSTOMER]),
            "begin a task in a program": (*self._to_task(loyalty_program_id=owner.program), NO_PROGRAM),
            "add to a task": (*self._to_task(task_id=self._task, next_key="2"), NO_TASK),
            "close a task": (*self._to_task(task_id=self._task, next_key="2", data=[]), NO_TASK),
        }

    def _file(self) -> Said:
        params = {"campaigns": [self._owner.program]}
        reply = self._world.call(self._me, "token", FILES, {"operation": "import", "name": "a.csv", "params": params})
        return reply, reply.json()["detail"]

    def removals(self) -> Answers:
        """What ends memberships and erases customers."""
        owner, profile_id, ids = self._owner, self._profile_id, self._owner.identifiers
        return {
            "delete by code": (*self._info("customer_delete", code=ids["code"]), "Customer not found"),
            "leave by e-mail": (*self._leave(email=owner.email), NO_CUSTOMER),
            "leave by profile_id": (*self._leave(matching="profile_id", profile_id=profile_id), NO_CUSTOMER),
            "leave a program": (*self._leave(email=self._me.email, loyalty_program_id=owner.program), NO_PROGRAM),
            "erase by e-mail": (*self._erase(email=owner.email), NO_PROFILE),
            "erase by phone": (*self._erase(matching="phone", phone=owner.phone), NO_PROFILE),
            "erase by profile_id": (*self._erase(matching="profile_id", profile_id=profile_id), NO_PROFILE),
        }

    def earns(self, earned_id: int) -> Answers:
        """What issues and revokes earns."""
        owner, customer_id = self._owner, self._customer_id
        return {
            "issue by e-mail": (*self._issue(owner.email), 8015),
            "issue a promotion": (*self._issue(self._me.email, promotion=owner.promotion), 8874),
            "issue in a program": (*self._issue(self._me.email, program=int(owner.program)), 1101),
            "revoke by e-mail": (*self._revoke(owner.email, [earned_id]), 8015),
            "revoke by earn id": (*self._revoke(self._me.email, [earned_id]), 8903),
            "revoke of a promotion": (*self._revoke(self._me.email, [earned_id], promotion=owner.promotion), 8874),
            "revoke in a program": (*self._revoke(self._me.email, [earned_id], program=owner.program), 1101),
            "earn by id": (*self._earn("id", customer_id), 8015),
            "earn by mobile": (*self._earn("mobile", owner.phone), 8015),
            "earn by e-mail": (*self._earn("email", owner.email), 8015),
            "earn a promotion": (*self._earn("email", self._me.email, promotion=owner.promotion), 8874),
            "earn in a program": (*self._earn("email", self._me.email, program=owner.program), 1101),
        }

    def _enrol(self, **changes: Any) -> Said:
        reply = self._world.call(self._me, "token", SINGLE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def _earn(self, kind: str, value: str, **changes: Any) -> Said:
        reply = self._world.call(self._me, "basic", EARN, earning(value, identifierName=kind, **changes))
        return reply, reply.json()["response"][0]["errors"][0]["code"]

    def _leave(self, **changes: Any) -> Said:
        reply = self._world.call(self._me, "token", LEAVE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def _erase(self, **fields: Any) -> Said:
        reply = self._world.call(self._me, "token", PROFILE_DELETE, fields)
        return reply, reply.json()

    def _balance(self, **changes: Any) -> Said:
        reply = self._world.call(self._me, "token", BALANCE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def _look_up(self, path: str, name: str, value: str) -> Said:
        query = {"source": "INSTORE", "identifierName": name, "identifierValue": value}
        reply = self._world.look_up(self._me, "basic", path, **query)
        return reply, reply.json()["errors"][0]["code"]

    def _change(self, path: str, **document: Any) -> Said:
        reply = self._world.call(self._me, "token", path, document)
        return reply, reply.json()

    def _revoke(self, value: str, earn_ids: list[int], **changes: Any) -> Said:
        document = earning(value, identifierName="email", **changes)
        document["customers"][0]["earnIds"] = earn_ids
        reply = self._world.call(self._me, "basic", REVOKE, document)
        return reply, reply.json()["response"][0]["errors"][0]["code"]

    def _issue(self, value: str, promotion: str = "56799", program: int = 469) -> Said:
        query = urlencode({"source": "INSTORE", "identifierName": "email", "identifierValue": value})
        body = {"programId": program, "promotionId": promotion}
        reply = self._world.call(self._me, "basic", f"{ISSUE}?{query}", body)
        return reply, reply.json()["errors"][0]["code"]

    def _add(self, **document: Any) -> Said:
        profile = {"identifiers": [{"type": "externalId", "value": "new"}], "source": "INSTORE"}
        reply = self._world.call(self._me, "basic", ADD, {"profiles": [profile], **document})
        return reply, reply.json()["errors"][0]["code"]

    def _by_own_token(self, path: str, value: str) -> Said:
        key, _, secret = self._me.credential("oauth").secret.partition(":")
        issued = self._world.call(self._me, "oauth", ACCESS_TOKEN, {"key": key, "secret": secret}).json()["data"]
        headers = {"Authorization": f"Bearer {issued['accessToken']}"}
        query = {"source": "INSTORE", "identifierName": "email", "identifierValue": value}
        reply = self._world.get(path, headers, **query)
        return reply, reply.json()["errors"][0]["code"]

    def _info(self, kind: str, **form: str) -> Said:
        reply = self._world.call(self._me, "import", IMPORT, {"type": kind, "output": "JSON", **form})
        return reply, reply.json().get("error") or reply.json()["status"]

    def _own(self, path: str, **query: str) -> Said:
        reply = self._world.look_up(self._me, "token", path, **query)
        return reply, reply.json()

    def _to_task(self, **changes: Any) -> Said:
        reply = self._world.call(self._me, "token", TASK, {**batch(emails("nobody"), token=None), **changes})
        return reply, reply.json()

    def _enrol_batch(self, email: str) -> Said:
        items = [{"email": email}, *emails("nobody")]
        reply = self._world.call(self._me, "token", BATCH, batch(items, token=None))
        return reply, reply.json()["result"]
