// A form out of a JSON Schema: what an action takes, as the API describes it.
import { words } from "../format.js";
import { html, useState } from "../lib.js";
import { Field, labelOf } from "./field.js";

const OPTION = "option";
// Not "Cancel": that is what actions on tasks are called.
const LEAVE = "Go back";

/**
 * Asks for what the schema says; `submit` gets what was filled in, without what was left empty.
 * `errors` are the API's own, by JSON pointer; `leave` is called by who would rather not.
 */
export function Form({ schema, label, busy, errors = [], submit, leave, children }) {
  const [value, setValue] = useState({});
  const send = (event) => {
    event.preventDefault();
    submit(filled(value, schema));
  };
  return html`<form onSubmit=${send}>
    ${children}
    <${Either} groups=${schema.oneOf} />
    <${Fields} schema=${schema} value=${value} errors=${errors} change=${setValue} />
    <footer>${leave && html`<button type="button" onClick=${leave}>${LEAVE}</button>`}<button class="primary" disabled=${busy}>${label}</button></footer>
  </form>`;
}

/** The fields of an object; also of one within another. */
export function Fields({ schema, value, errors, change, pointer = "" }) {
  const required = new Set(schema.required);
  // Of these, one group is to be given: what is said of them together is not said of each.
  const either = new Set(schema.oneOf?.flatMap((group) => group.required));
  return Object.entries(schema.properties ?? {})
    .filter(([name, of]) => name !== OPTION && of !== false)
    .map(([name, of]) => html`<${Field} key=${name} name=${labelOf(name)} schema=${of} required=${required.has(name)} either=${either.has(name)}
      value=${value[name]} errors=${errors} pointer=${`${pointer}/${name}`}
      change=${(next) => change({ ...value, [name]: next })} />`);
}

/** Which fields are to be given, where that is one group of them or another. */
function Either({ groups }) {
  if (!groups) return null;
  const named = groups.map((group) => group.required.map(labelOf).join(" and "));
  return html`<p class="hint">Give either ${named.join(", or ")}.</p>`;
}

/** What an action is taken as: each of its options, which is asked for like an action of its own, or itself. */
export function waysOf(action) {
  const options = action.inputSchema.oneOf?.[0]?.properties?.[OPTION] ? action.inputSchema.oneOf : null;
  if (!options) return [{ ...action, option: null }];
  return options.map((schema) => {
    const option = schema.properties[OPTION].const;
    return { ...action, option, label: schema.title ?? words(option), inputSchema: schema };
  });
}

/** Whether there is anything to ask for. */
export function asksNothing(schema) {
  return Object.keys(schema.properties ?? {}).every((name) => name === OPTION);
}

function filled(value, schema) {
  const names = Object.keys(schema?.properties ?? {});
  return Object.fromEntries(names.map((name) => [name, clean(value[name])]).filter(([, each]) => each !== undefined));
}

function clean(value) {
  if (value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value) || value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).map(([name, each]) => [name, clean(each)]).filter(([, each]) => each !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}
