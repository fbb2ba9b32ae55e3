// Words for what the API says in its own: moments, spans, people, names of fields.
const MINUTE = 60_000;
const SPANS = [["d", 24 * 60 * MINUTE], ["h", 60 * MINUTE], ["min", MINUTE]];
const CALLED = {
  assignedParty: "Assigned to", dueTime: "Due", awaiting: "Waits for information", prerequisites: "Comes after", entity: "About",
  hold: "On hold", newCaseId: "Goes on in", originalCaseId: "Goes on from", timers: "Engine acts",
};
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/** How long something is ago in its largest unit, of which that many are over: `3 d`, `45 min`, `now`. */
export function span(milliseconds) {
  const length = Math.abs(milliseconds);
  const [unit, size] = SPANS.find(([, least]) => length >= least) ?? [];
  return unit ? `${Math.floor(length / size)} ${unit}` : "now";
}

/** How long something is away, to the nearest: what is due in two days is `2 d` away a moment later, too. */
export function ahead(milliseconds) {
  const [minutes, hours, days] = [MINUTE, 60 * MINUTE, 24 * 60 * MINUTE].map((size) => Math.round(milliseconds / size));
  if (hours >= 24) return `${days} d`;
  return minutes >= 60 ? `${hours} h` : `${minutes} min`;
}

/** A moment in full, in the reader's zone and language. */
export function moment(text) {
  return FULL.format(new Date(text));
}

/** The day of a moment. */
export function day(text) {
  return DAY.format(new Date(text));
}

/** A person or a party by name, as far as the caller may know it. */
export function name(who) {
  if (!who) return "";
  const names = [who.firstName, who.lastName].filter(Boolean).join(" ");
  return names || who.displayName || who.id;
}

/** A name out of code as people write it: `dueTime`, `on_hold`, `standard-look` and `QA` are "Due time", "On hold", "Standard look" and "QA". */
export function words(text) {
  // Words with a capital are written with a hyphen on purpose: "Follow-Up".
  const parted = /^[a-z0-9]+(-[a-z0-9]+)+$/.test(text) ? text.replaceAll("-", " ") : text;
  const apart = parted.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, (_, end, start) => `${end} ${start.toLowerCase()}`);
  return apart.charAt(0).toUpperCase() + apart.slice(1);
}

/** What the pages call a field of a task or a case. */
export function called(field) {
  return CALLED[field] ?? words(field);
}

/** A value as people write it, where it is a term of a workflow rather than somebody's text: `direct_review`. */
export function term(text) {
  return /^[a-z]+(_[a-z]+)+$/.test(text) ? words(text) : text;
}

/** How many there are of something. */
export function count(number, one, several = `${one}s`) {
  return `${number} ${number === 1 ? one : several}`;
}

/** The value of any field of the API in words; empty where there is nothing in it. */
export function value(of) {
  if (of === null || of === undefined) return "";
  if (typeof of === "boolean") return of ? "yes" : "no";
  if (Array.isArray(of)) return of.map(value).filter(Boolean).join(", ");
  if (typeof of === "object") return of.displayName || of.id ? name(of) : Object.values(of).map(value).filter(Boolean).join(", ");
  return MOMENT.test(of) ? moment(of) : String(of);
}
