// A form out of a JSON Schema: what an action takes, as the API describes it.
import { words } from "../format.js";
import { html, useId, useState } from "../lib.js";
import { Field } from "./field.js";

const OPTION = "option";
// Not "Cancel": that is what actions on tasks are called.
const LEAVE = "Go back";

/**
 * Asks for what the schema says; `submit` gets what was filled in, without what was left empty.
 * `errors` are the API's own, by JSON pointer; `leave` is called by who would rather not.
 */
export function Form({ schema, label, busy, errors = [], submit, leave, children }) {
  const [option, setOption] = useState("");
  const [value, setValue] = useState({});
  const options = optionsOf(schema);
  const chosen = options ? options.find((each) => nameOf(each) === option) : schema;
  const send = (event) => {
    event.preventDefault();
    submit(options ? { [OPTION]: option, ...filled(value, chosen) } : filled(value, chosen));
  };
  return html`<form onSubmit=${send}>
    ${children}
    ${options && html`<${Options} options=${options} value=${option} change=${(name) => { setOption(name); setValue({}); }} />`}
    ${chosen && html`<${Fields} schema=${chosen} value=${value} errors=${errors} change=${setValue} />`}
    <footer>${leave && html`<button type="button" onClick=${leave}>${LEAVE}</button>`}<button class="primary" disabled=${busy}>${label}</button></footer>
  </form>`;
}

/** The fields of an object; also of one within another. */
export function Fields({ schema, value, errors, change, pointer = "" }) {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {})
    .filter(([name, of]) => name !== OPTION && of !== false)
    .map(([name, of]) => html`<${Field} key=${name} name=${words(name)} schema=${of} required=${required.has(name)}
      value=${value[name]} errors=${errors} pointer=${`${pointer}/${name}`}
      change=${(next) => change({ ...value, [name]: next })} />`);
}

function Options({ options, value, change }) {
  const id = useId();
  return html`<div class="field"><label for=${id}>What</label>
    <select id=${id} required value=${value} onChange=${(event) => change(event.target.value)}>
      <option value="">Choose …</option>
      ${options.map((each) => html`<option value=${nameOf(each)}>${each.title ?? words(nameOf(each))}</option>`)}
    </select></div>`;
}

/** The ways in which an action can be taken, each a schema of its own; null where there is one way. */
function optionsOf(schema) {
  return schema.oneOf?.[0]?.properties?.[OPTION] ? schema.oneOf : null;
}

function nameOf(option) {
  return option.properties[OPTION].const;
}

/** Whether there is anything to ask for. */
export function asksNothing(schema) {
  return !schema.oneOf && Object.keys(schema.properties ?? {}).length === 0;
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
