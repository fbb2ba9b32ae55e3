// One field of a form: which control fits which schema.
import { called, words } from "../format.js";
import { html, useId } from "../lib.js";
import { Fields } from "./form.js";
import { Known, Party } from "./party.js";

const LONG = 500;
// Fields of these names hold the id of somebody whom the page may know by name.
const NAMED = { userId: "user", organizationId: "organization" };

/** A labelled control with what is wrong with its value. */
export function Field({ name, schema, required, either, value, errors, pointer, change }) {
  const nullable = schema.anyOf?.some((each) => each.type === "null") ?? false;
  const of = nullable ? schema.anyOf.find((each) => each.type !== "null") : schema;
  const own = errors.filter((error) => error.pointer === pointer);
  const id = useId();
  const wrong = own.length > 0;
  const described = [of.description && `${id}-hint`, wrong && `${id}-errors`].filter(Boolean).join(" ") || undefined;
  const control = {
    id, required, value, change, name, errors, pointer, nullable, schema: of,
    "aria-invalid": wrong, "aria-describedby": described,
  };
  const [Control, grouped] = controlFor(of, pointer);
  const optional = !required && !either && html` <span class="faint">optional</span>`;
  return html`<div class="field">
    ${grouped ? html`<fieldset><legend>${name}${optional}</legend><${Control} ...${control} /></fieldset>`
      : html`<label for=${id}>${name}${optional}</label><${Control} ...${control} />`}
    ${of.description && html`<p class="hint" id=${`${id}-hint`}>${of.description}</p>`}
    ${wrong && html`<p class="wrong" id=${`${id}-errors`}>${own.map((error) => error.detail).join(" ")}</p>`}
  </div>`;
}

function controlFor(schema, pointer) {
  if (kindOf(pointer)) return [Named, false];
  if (schema.properties?.kind && schema.properties?.id) return [Party, true];
  if (schema.type === "object") return [Group, true];
  if (schema.type === "array" && schema.items?.oneOf) return [Boxes, true];
  if (schema.type === "array") return schema.items?.type === "object" ? [Several, true] : [Lines, false];
  if (schema.enum || schema.oneOf) return [Choice, false];
  if (schema.type === "boolean") return [YesOrNo, false];
  if (schema.type === "integer") return [Whole, false];
  if (schema.format === "date-time") return [Moment, false];
  return [(schema.maxLength ?? 0) > LONG ? Long : Line, false];
}

/** What a field is called beside its control: who is named there is offered by name. */
export function labelOf(field) {
  return NAMED[field] ? called(field).replace(/ id$/, "") : called(field);
}

function kindOf(pointer) {
  return NAMED[pointer.split("/").at(-1)];
}

function Named({ id, required, value, change, pointer, ...aria }) {
  return html`<${Known} id=${id} kind=${kindOf(pointer)} required=${required} value=${value} change=${change} ...${only(aria)} />`;
}

const text = (change) => (event) => change(event.target.value);

function Line({ schema, change, value = "", id, required, ...aria }) {
  return html`<input id=${id} type=${schema.format === "email" ? "email" : "text"} required=${required} value=${value}
    maxlength=${schema.maxLength} ...${only(aria)} onInput=${text(change)} />`;
}

function Long({ schema, change, value = "", id, required, ...aria }) {
  return html`<textarea id=${id} rows="3" required=${required} maxlength=${schema.maxLength} value=${value}
    ...${only(aria)} onInput=${text(change)}></textarea>`;
}

function Choice({ schema, change, value = "", id, required, ...aria }) {
  return html`<select id=${id} required=${required} value=${value} ...${only(aria)} onChange=${text(change)}>
    <option value="">${required ? "Choose …" : "–"}</option>
    ${choicesOf(schema).map((each) => html`<option value=${each.const}>${each.title}</option>`)}
  </select>`;
}

/** Values with their names: JSON Schema has them with a title each, or bare. */
function choicesOf(schema) {
  return schema.oneOf ?? schema.enum.map((each) => ({ const: each, title: words(each) }));
}

/** Any number of the values of a list. */
function Boxes({ schema, change, value = [] }) {
  const toggle = (each) => change(value.includes(each) ? value.filter((other) => other !== each) : [...value, each]);
  return html`<ul class="boxes">${choicesOf(schema.items).map((each) => html`<li><label>
    <input type="checkbox" checked=${value.includes(each.const)} onChange=${() => toggle(each.const)} /> ${each.title}</label></li>`)}</ul>`;
}

function YesOrNo({ change, value, id, ...aria }) {
  const chosen = (event) => change({ yes: true, no: false }[event.target.value]);
  return html`<select id=${id} value=${{ true: "yes", false: "no" }[value] ?? ""} ...${only(aria)} onChange=${chosen}>
    <option value="">–</option><option value="yes">Yes</option><option value="no">No</option>
  </select>`;
}

function Whole({ schema, change, value = "", id, required, ...aria }) {
  const typed = (event) => change(event.target.value === "" ? "" : Number(event.target.value));
  return html`<input id=${id} type="number" step="1" min=${schema.minimum} max=${schema.maximum} required=${required}
    value=${value} ...${only(aria)} onInput=${typed} />`;
}

function Moment({ change, value, id, required, ...aria }) {
  const chosen = (event) => change(event.target.value ? new Date(event.target.value).toISOString() : "");
  return html`<input id=${id} type="datetime-local" required=${required} value=${local(value)} ...${only(aria)}
    onChange=${chosen} />`;
}

/** A list of plain values, one on a line. */
function Lines({ change, value = [], id, required, ...aria }) {
  const typed = (event) => change(event.target.value.split("\n").map((line) => line.trim()).filter(Boolean));
  return html`<textarea id=${id} rows="2" required=${required} placeholder="One on each line" ...${only(aria)}
    onInput=${typed}>${value.join("\n")}</textarea>`;
}

/** What a group needs, it needs once anything of it is given: it may be left out as a whole. */
function Group({ schema, value = {}, errors, pointer, change, required = true }) {
  const needed = required || !isEmpty(value);
  return html`<div class="group"><${Fields} schema=${needed ? schema : { ...schema, required: [] }} value=${value} errors=${errors}
    pointer=${pointer} change=${change} /></div>`;
}

/** A list of things that have fields of their own. */
function Several({ schema, value = [], errors, pointer, change, name }) {
  const put = (index, next) => change(value.map((each, place) => (place === index ? next : each)));
  return html`${value.map((each, index) => html`<div class="one">
      <${Group} schema=${schema.items} value=${each} errors=${errors} pointer=${`${pointer}/${index}`}
        change=${(next) => put(index, next)} />
      <button type="button" onClick=${() => change(value.filter((_, place) => place !== index))}>Take away</button>
    </div>`)}
    <button type="button" aria-label=${`Add to ${name}`} onClick=${() => change([...value, {}])}>Add</button>`;
}

function only(aria) {
  return { "aria-invalid": aria["aria-invalid"], "aria-describedby": aria["aria-describedby"] };
}

function isEmpty(value) {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

/** A moment as its control has it: in the reader's zone, without one. */
function local(value) {
  if (!value) return "";
  const moment = new Date(value);
  return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
