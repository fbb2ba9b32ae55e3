// Who is to be responsible: a person or an organization, offered from those that one knows.
import { html, useEffect, useId, useState } from "../lib.js";
import { acquaintances } from "../me.js";

const KINDS = { user: "A person", organization: "An organization", external: "Somebody outside" };
const NOBODY = "nobody";

/** Chooses a kind, then one of it; whom the page does not know can be named by id. */
export function Party({ schema, value, nullable, required, change, name }) {
  const kinds = schema.properties.kind.enum ?? Object.keys(KINDS);
  const chosen = value === null ? NOBODY : value?.kind ?? "";
  const [kind, id] = [useId(), useId()];
  const pick = (next) => change(next === NOBODY ? null : next === "" ? undefined : { kind: next, id: "" });
  return html`<div class="pair">
    <label class="unseen" for=${kind}>${name}: who</label>
    <select id=${kind} required=${required} value=${chosen} onChange=${(event) => pick(event.target.value)}>
      <option value="">Choose …</option>
      ${kinds.map((each) => html`<option value=${each}>${KINDS[each] ?? each}</option>`)}
      ${nullable && html`<option value=${NOBODY}>Nobody</option>`}
    </select>
    ${value && html`<label class="unseen" for=${id}>${name}: which</label>
      <${Known} id=${id} kind=${value.kind} value=${value.id} change=${(next) => change({ ...value, id: next })} />`}
  </div>`;
}

/** One of those that the page knows, by name; anybody else by id. */
export function Known({ id, kind, value = "", required = true, change, ...aria }) {
  const [names, setNames] = useState({});
  const list = useId();
  useEffect(() => {
    let shown = true;
    acquaintances().then((found) => shown && setNames(found), () => {});
    return () => { shown = false; };
  }, []);
  const offered = names[kind] ?? [];
  useEffect(() => {
    // Who types fast has typed a name before it is known whose it is.
    const known = idOf(value, offered);
    if (known !== value) change(known);
  }, [names]);
  return html`<input id=${id} list=${list} required=${required} autocomplete="off" placeholder="Name or id" value=${shownAs(value, offered)}
      ...${aria} onInput=${(event) => change(idOf(event.target.value, offered))} />
    <datalist id=${list}>${offered.map((each) => html`<option value=${each.name}>${each.id}</option>`)}</datalist>`;
}

function shownAs(id, offered) {
  return offered.find((each) => each.id === id)?.name ?? id;
}

/** The id of who has that name; where several have, or nobody, the text itself. */
function idOf(text, offered) {
  const named = offered.filter((each) => each.name === text);
  return named.length === 1 ? named[0].id : text;
}
