"use strict";
/* Customers: found by any identifier, shown with all that they have and what made it, and erased after a question. */

/* `search` is the last one, until something else is opened. */
const shown = { customer: null, search: null };
const KINDS = {
  ...{ email: "E-mail", phone: "Phone", code: "Code", card_number: "Card number", customer_username: "User name" },
  ...{ profile_id: "Profile id", customer_id: "Customer id" },
};

/** Offer what customers of this account are found by. */
function drawKinds() {
  const { identifiers } = account.told;
  const known = Object.keys(KINDS).filter((kind) => identifiers.includes(kind));
  const own = identifiers.filter((kind) => !known.includes(kind));
  byId("kind").replaceChildren(...options([...known, ...own].map((kind) => [kind, kindName(kind)])));
}

/** A field's name for people. */
function kindName(kind) {
  const own = account.told.custom_fields.find(({ field, name }) => kind === field || kind === name);
  return KINDS[kind] ?? (own ? own.label || own.name : kind.replaceAll("_", " "));
}

/** Look for a customer in place of the one that is shown, and open the one that is found; the last search counts. */
async function findCustomer() {
  const value = byId("value").value.trim();
  const kind = plainKind(value) ?? byId("kind").value;
  byId("kind").value = kind;
  openCustomer("");
  const search = (shown.search = {});
  const isOver = () => shown.search !== search || session.ended.signal.aborted || byId("customers").hidden;
  try {
    const address = `#customers/${encodeURIComponent(await customerWith(kind, value))}`;
    if (isOver()) return;
    if (location.hash === address) openView();
    else location.hash = address;
  } catch (error) {
    if (isOver()) return;
    if (location.hash.startsWith("#customers/")) history.pushState(null, "", "#customers");
    complainAt("value", error.message.replace(/^value/, kindName(kind)));
  }
}

/** What a text plainly is where it can't be of the kind that is chosen. */
function plainKind(value) {
  const chosen = byId("kind").value;
  if (value.includes("@")) return ["phone", "customer_id"].includes(chosen) ? "email" : null;
  return chosen === "email" && /^(\+|00)[\d ().\/-]+$/.test(value) ? "phone" : null;
}

/** The profile id of who has an identifier; an Error says why there is none. */
async function customerWith(kind, value) {
  if (value === "") throw new Error("Write what to look for.");
  const query = new URLSearchParams({ kind, value });
  const { customers } = await (await patiently(() => call("GET", `/customers?${query}`))).json();
  if (customers.length > 0) return customers[0].profile_id;
  throw new Error(`No customer has the ${kindName(kind).toLowerCase()} “${value}”. Check its spelling, or look by something else.`);
}

/** Show a customer, or for an empty id none: then nothing of the last one is left in the page. */
async function openCustomer(id) {
  Object.assign(shown, { customer: null, search: null });
  show("customer", false);
  for (const one of ["customer-title", "customer-fields", "membership-rows", "earn-rows"]) byId(one).replaceChildren();
  show("no-customer", id === "");
  complain("customer-fault", "");
  complainAt("value", "");
  if (id === "") return;
  const { signal } = session.ended;
  const isOver = () => signal.aborted || viewOf(location.hash).id !== id;
  try {
    const [response] = await Promise.all([
      patiently(() => call("GET", `/customers/${encodeURIComponent(id)}`)),
      fetchCatalogue(),
    ]);
    const customer = await response.json();
    if (isOver()) return;
    shown.customer = customer;
    drawCustomer(customer);
  } catch (error) {
    if (!isOver()) complain("customer-fault", error.status === 404 ? GONE : error.message);
  }
}

const GONE = "There is no such customer, or not any more.";

function drawCustomer({ profile_id: profileId, customer_id: customerId, fields, ...told }) {
  write("customer-title", titleOf(fields, profileId));
  const facts = [["Profile id", profileId], ["Customer id", String(customerId)], ...fieldsOf(fields)];
  const writers = [["Created by", writerLink(told.created_by)], ["Last written by", writerLink(told.written_by)]];
  byId("customer-fields").replaceChildren(
    ...[...facts, ...writers].flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]),
  );
  drawTable("membership", told.memberships.map((one) => [
    ...[nameOf(one.program), moment(one.registered_at), balanceWords(one.balance), writerLink(one.written_by)],
  ]));
  drawTable("earn", told.earns.map((one) => [
    ...[promotionName(one.promotion), nameOf(one.program), String(one.earned_id), moment(one.earned_at)],
    ...[one.source, writerLink(one.written_by)],
  ]));
  show("erase", mayAsToken("erase"));
  show("customer", true);
  byId("customer-title").focus();
}

const fieldsOf = (fields) => Object.entries(fields).map(([name, text]) => [kindName(name), text]);

function titleOf({ first_name: first, last_name: last, email, phone }, id) {
  return [first, last].filter(Boolean).join(" ") || email || phone || id;
}

function balanceWords(balance) {
  if (balance === null) return "nothing yet";
  if (typeof balance === "string") return balance;
  return Object.entries(balance).map(([product, count]) => `${count} ${product}`).join(", ");
}

/** What wrote something: a link to a job, or to what may be one; requests without a job have ids of the same form. */
function writerLink(id) {
  if (!JOB_ID.test(id)) return `request ${id}`;
  const what = known.jobs.has(id) ? "job" : "job or request";
  return may("jobs:read") ? element("a", { href: `#${id}` }, `${what} ${id.slice(0, 8)}`) : `${what} ${id}`;
}

/** Erase the customer that is shown, if the answer to a question is yes. */
async function erase() {
  const { profile_id: id } = shown.customer;
  const yes = await confirmed({
    title: "Erase this customer?",
    what: `${byId("customer-title").textContent} (${id})`,
    note: "All that is stored of this customer goes: fields, identifiers, memberships, balances and earns. This can't be undone.",
    ...{ no: "Keep the customer", yes: "Erase for good" },
  });
  if (!yes) return;
  const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey() };
  const body = JSON.stringify({ matching: "profile_id", profile_id: id, format: "json" });
  await busily("erase", "customer-fault", async () => {
    const answer = await (await patiently(() => call("POST", "/api/v1.1/profiles/delete", { body, headers }))).json();
    if (answer.error !== 0) throw new ApiError(answer.error, answer.error_text);
    history.replaceState(null, "", "#customers");
    await openCustomer("");
    complain("erased", answer.job_id ? "The customer is being erased." : "The customer is erased.");
    byId("value").focus();
  });
}
