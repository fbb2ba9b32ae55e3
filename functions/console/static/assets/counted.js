// How many open tasks of a workflow stand where, whatever number of queues there is.
import { get } from "./api.js";

/** The numbers of all pages, each of which tells of some of the queues. */
export async function added(path, request) {
  const types = new Map();
  let cursor = null;
  do {
    const { body } = await get(cursor ? `${path}?${new URLSearchParams({ cursor })}` : path, request);
    for (const each of body.types) types.set(each.type, types.has(each.type) ? sum(types.get(each.type), each) : each);
    cursor = body.nextCursor;
  } while (cursor);
  return { body: { types: [...types.values()] }, version: null };
}

function sum(one, other) {
  const statuses = new Map(one.statuses.map((each) => [`${each.state} ${each.status}`, each]));
  for (const each of other.statuses) {
    const name = `${each.state} ${each.status}`;
    statuses.set(name, { ...each, open: each.open + (statuses.get(name)?.open ?? 0) });
  }
  return { ...one, open: one.open + other.open, statuses: [...statuses.values()] };
}
