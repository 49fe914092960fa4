// What a client with types from the document does with the local stack: run with its address by `make clients`.
// It prints a line of JSON for each call. It compiles only while the document's types say what is written here.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Api = Client<paths>;
type Batch = components["schemas"]["RegisterMemberBatch"];

declare const process: { argv: string[] };

const TOKEN = "abc123def456";
const STORE = "c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3";

function tell(reply: { response: Response; data?: unknown; error?: unknown }): void {
  console.log(JSON.stringify({ status: reply.response.status, reply: reply.data ?? reply.error }));
}

async function register(api: Api): Promise<void> {
  const body: Batch = {
    token: TOKEN,
    loyalty_program_id: 123,
    matching: "email",
    data: [{ email: "user22@example.com" }, { email: "nobody@example.com" }],
  };
  const reply = await api.POST("/api/v1.1/loyalty/register_member_batch", { body });
  tell(reply);
  const first: number | undefined = reply.data?.result[0]?.error;
  if (first !== 0) throw new Error(`the first was not registered: ${first}`);
}

async function importCustomers(api: Api): Promise<void> {
  const body: components["schemas"]["CustomersBatch"] = {
    user_id: "john1970",
    user_api_key: "1959caadac9b13dcb3",
    account_id: "greatwidgets",
    type: "customers_batch",
    delimiter: "pipe",
    campaigns_to_include: "898989889",
    profiles_header_1: "email",
    profiles_data: "generated-typescript@example.com",
    output: "JSON",
  };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  tell(await api.POST("/api.php", { body, headers }));
}

async function earn(api: Api): Promise<void> {
  const body: components["schemas"]["DirectEarn"] = {
    type: "CUSTOMER",
    promotionDetails: { programId: 469, promotionId: 56799 },
    identifierName: "email",
    customers: [{ identifierValue: "user23@example.com", source: "INSTORE" }],
  };
  tell(await api.POST("/v2/promotion/bulk/directEarn", { body, headers: { Authorization: `Basic ${STORE}` } }));
}

async function jobs(api: Api): Promise<void> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const listed = await api.GET("/jobs", { params: { query: { limit: 1 } }, headers });
  tell(listed);
  const job_id = listed.data?.jobs[0]?.job_id ?? "none";
  tell(await api.GET("/jobs/{job_id}", { params: { path: { job_id } }, headers }));
}

const api = createClient<paths>({ baseUrl: process.argv[2] ?? "" });
await register(api);
await importCustomers(api);
await earn(api);
await jobs(api);
