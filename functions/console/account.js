"use strict";
/* Who is signed in and what they may do. What the server would refuse is not offered. */

const account = { told: null };

const RIGHTS = {
  "jobs:read": "watch jobs",
  "jobs:undo": "cancel, retry and undo jobs",
  read: "look up customers, programs and promotions",
  import: "import customers",
  enrol: "register members",
  earn: "issue promotions",
  erase: "erase customers",
  migrate: "bring ids along",
};

/* The right that a job's own operation needs, which its cancel, retry and undo need, too. */
const RIGHT_OF = { revoke: "earn", leave: "enrol" };

/** Whether the token has all of these rights. */
const may = (...rights) => rights.every((one) => account.told?.rights.includes(one));

/** Whether it may send what only an account's own token can, and no access token of Capillary's. */
const mayAsToken = (...rights) => may(...rights) && account.told.credential === "token";

const mayChange = ({ operation }) => may("jobs:undo", RIGHT_OF[operation] ?? operation);

/** Ask who this is; an ApiError tells that the token won't do. */
async function fetchAccount() {
  account.told = await (await call("GET", "/account")).json();
}

/** Show who is signed in, and the way to what they may do. */
function drawAccount() {
  const { account: id, rights } = account.told;
  write("account-id", id);
  byId("rights").replaceChildren(...rights.map((one) => element("li", {}, RIGHTS[one] ?? one)));
  for (const [view, { offered }] of Object.entries(VIEWS)) show(`to-${view}`, offered());
  show("list", VIEWS.list.offered());
  show("nothing", !Object.values(VIEWS).some(({ offered }) => offered()));
}
