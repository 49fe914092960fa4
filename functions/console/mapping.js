"use strict";
/* Which column of a file becomes which field: guessed by its name, and chosen over the first rows. */

const LEFT_OUT = "— left out —";

/* How files call the fields, as letters and digits alone. */
const CALLED = {
  ...{ mail: "email", emailaddress: "email", mobile: "phone", phonenumber: "phone", telephone: "phone", tel: "phone" },
  ...{ firstname: "first_name", forename: "first_name", lastname: "last_name", surname: "last_name" },
  ...{ birthday: "custom_date", birthdate: "custom_date", customedate: "custom_date", customfield: "custom_field_1" },
  ...{ zip: "postal_code", zipcode: "postal_code", postcode: "postal_code", street: "street1", card: "card_number" },
  ...{ username: "customer_username", customerid: "id", phone: "mobile", customercode: "code" },
};

const bare = (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** The field of each column ("": none): each field once, and one identifier at most where a door takes one. */
function guess(header, door) {
  const open = new Set(DOORS[door].columns());
  const single = DOORS[door].identifiers();
  return header.map((name) => {
    const field = [...open].find((one) => isCalled(one, name)) ?? "";
    for (const one of single.includes(field) ? single : [field]) open.delete(one);
    return field;
  });
}

function isCalled(field, name) {
  const own = account.told.custom_fields.find((one) => one.name === field);
  const names = [field, own?.label, own?.field].filter(Boolean).map(bare);
  return names.includes(bare(name)) || CALLED[bare(name)] === field || (own && CALLED[bare(name)] === own.field);
}

/** What is wrong with the fields that are chosen, and which column to change; null where nothing is. */
function mappingFault({ fields, header, door, rows, asFile }) {
  const twice = fields.findIndex((field, at) => field !== "" && fields.indexOf(field) < at);
  if (twice >= 0) {
    return { at: twice, words: `The columns “${header[fields.indexOf(fields[twice])]}” and “${header[twice]}” are both the ${fieldName(fields[twice])}.` };
  }
  const single = DOORS[door].identifiers();
  const found = fields.filter((field) => single.includes(field)).length;
  if (found > 1) return { at: fields.findLastIndex((field) => single.includes(field)), words: "One column alone can say who each customer is." };
  const names = single.map(fieldName);
  if (single.length > 0 && found === 0) return { at: 0, words: `Choose the column that says who each customer is: ${names.join(", ")}.` };
  if (fields.every((field) => field === "")) return { at: 0, words: "Choose what at least one column is." };
  const secret = asFile ? fields.findIndex((field) => SECRETS.has(field.toLowerCase())) : -1;
  if (secret >= 0) {
    return { at: secret, words: `The ${fieldName(fields[secret])} can't go with a file of this size, which is kept for a week: leave the column out, or use the command “loyalty import”.` };
  }
  return rows === 0 ? { at: 0, words: "No row has anything in the columns that are sent." } : null;
}

const fieldName = (field) => (field === "source" ? "Source" : field === "id" ? KINDS.customer_id : kindName(field));

/** Show the columns, each with a choice of its field, over the first rows with their lines. */
function drawColumns({ header, fields, door, sample, name }) {
  const offered = [["", LEFT_OUT], ...DOORS[door].columns().map((one) => [one, fieldName(one)])];
  const choice = (at) => {
    const attributes = { id: `column-${at}`, "data-column": at, "aria-label": `Column ${at + 1}, ${header[at] || "without a name"}, becomes` };
    const select = element("select", { ...attributes, "aria-describedby": "columns-fault" });
    select.append(...options(offered, fields[at]));
    return select;
  };
  const names = ["Line", ...header.map((one) => one || "(no name)")];
  byId("preview-head").replaceChildren(
    ...tableRows([names], "th"),
    ...tableRows([["Becomes", ...header.map((_, at) => choice(at))]], "td"),
  );
  byId("preview-rows").replaceChildren(
    ...tableRows(sample.map(({ row, cells }) => [String(row), ...padded(cells, header.length)])),
  );
  write("preview-title", name);
}

/** Say which columns are not sent: nobody is to lose one without noticing. */
function drawLeftOut({ header, fields }) {
  const out = header.filter((_, at) => fields[at] === "").map((name) => name || "(no name)");
  complain("left-out", out.length > 0 ? `Left out: ${out.join(", ")}` : "");
}
