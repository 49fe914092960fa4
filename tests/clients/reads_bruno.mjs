// What Bruno's own importer makes of a Postman collection: its requests by name, and what it could not read.

import { readFileSync } from "node:fs";
import converters from "@usebruno/converters";

function requestsOf(items) {
  return items.flatMap((item) => (item.items ? requestsOf(item.items) : [item.name]));
}

const { collection, issues } = await converters.postmanToBruno(JSON.parse(readFileSync(process.argv[2], "utf-8")));
console.log(JSON.stringify({ requests: requestsOf(collection.items), issues }));
