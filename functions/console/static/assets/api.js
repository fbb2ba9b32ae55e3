// The public API, and nothing else: what the page can do, a program can do.
import { config } from "./config.js";
import { end, token } from "./session.js";

// What the API gives at once at most.
const MOST = 500;
const UNREACHABLE = "The stack cannot be reached. Nothing is lost: it is asked again.";

/** What the API refuses, as it says it (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? "Something went wrong.");
    this.status = status;
    this.code = body.code;
    this.errors = body.errors ?? [];
    this.who = body.who ?? [];
  }
}

/** The answer to GET: its body, and the tag of its version where it has one. */
export function get(path, { signal, accept = "application/json" } = {}) {
  return call("GET", path, { signal, headers: { Accept: accept } });
}

/** Everything on a list, from all its pages, in its order. */
export async function all(path, request) {
  const found = [];
  let cursor = null;
  do {
    const { body } = await get(`${path}?${new URLSearchParams({ limit: MOST, ...(cursor && { cursor }) })}`, request);
    found.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor);
  return found;
}

/** The answer to a write. It is done once, however often the network makes us ask; `version` is what was seen. */
export function send(method, path, body, { version, key = crypto.randomUUID() } = {}) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  if (version) headers["If-Match"] = version;
  return call(method, path, { headers, body: JSON.stringify(body) });
}

async function call(method, path, request, again = true) {
  const [{ api }, bearer] = [await config(), await token()];
  if (bearer === null) throw new Problem(401, { detail: "The session has ended." });
  const address = new URL(api + path, document.baseURI);
  const headers = { ...request.headers, Authorization: `Bearer ${bearer}` };
  const answer = await fetch(address, { ...request, method, headers, cache: "no-store" }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: UNREACHABLE });
  });
  const body = await content(answer);
  if (answer.ok) return { body, version: answer.headers.get("ETag") };
  if (answer.status === 401) end();
  if (answer.status === 503 && again) return call(method, path, request, false);
  throw new Problem(answer.status, typeof body === "object" && body !== null ? body : {});
}

async function content(answer) {
  const text = await answer.text();
  const json = (answer.headers.get("Content-Type") ?? "").includes("json");
  return json && text ? JSON.parse(text) : text;
}
