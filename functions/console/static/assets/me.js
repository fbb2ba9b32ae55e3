// Who is signed in, and whom they know: read once, as it hardly changes while somebody works.
import { all, get } from "./api.js";
import * as clock from "./clock.js";

let myself;
let names;

/** The user as Casetree knows them, and in `begins` the workflows of which they may begin cases. */
export function me() {
  myself ??= Promise.all([get("/users/me"), begins()]).then(([{ body }, workflows]) => {
    clock.set(body.now);
    return { ...body, begins: workflows };
  }).catch((problem) => {
    // Who was not known may be in a moment.
    myself = undefined;
    throw problem;
  });
  return myself;
}

/** The workflows of which the user may begin cases; that these cannot be told is no reason to show nothing at all. */
async function begins() {
  try {
    return (await get("/workflows")).body.items.filter((workflow) => workflow.mayBegin);
  } catch {
    return [];
  }
}

/** Everybody in the organizations of the user, and the organizations that they may see: by kind, id and name. */
export function acquaintances() {
  names ??= gather();
  return names;
}

async function gather() {
  const organizations = await all("/organizations");
  const mine = (await me()).organizations.map((membership) => membership.organizationId);
  const members = await Promise.all(mine.map((id) => all(`/organizations/${encodeURIComponent(id)}/members`)));
  const people = new Map(members.flat().filter((each) => each.active).map((each) => [each.userId, each.displayName]));
  return {
    user: [...people].map(([id, name]) => ({ id, name })).sort(byName),
    organization: organizations.map((each) => ({ id: each.organizationId, name: each.displayName })).sort(byName),
  };
}

function byName(one, other) {
  return one.name.localeCompare(other.name);
}
