// A new case: of a workflow and a kind, with what the workflow's schema asks for.
import { words } from "../format.js";
import { html, useId } from "../lib.js";
import { Form } from "../parts/form.js";
import { Loading, Refusal } from "../parts/notice.js";
import { usePost } from "../parts/submit.js";
import { useResource } from "../resource.js";
import { go } from "../router.js";

export const matches = ([first]) => first === "new";
export const title = "New case";
export const link = { label: "New case", path: ["new"], to: matches, of: (me) => me.begins.length > 0 };

/** The page; without a workflow in the address, of the first of which this person may begin cases. */
export function Page({ route, me }) {
  const [, name = me.begins[0]?.name, kind] = route.path;
  const found = useResource(name ? `/workflows/${encodeURIComponent(name)}` : null, { every: 60_000 });
  const workflow = found.current ? found.data : null;
  const types = workflow?.caseTypes ?? [];
  const type = types.find((each) => each.name === kind) ?? types[0];
  return html`<h1 tabindex="-1">New case</h1>
    ${!name && html`<p class="empty">You may not begin cases of any workflow.</p>`}
    ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
    ${name && !workflow && !found.problem && html`<${Loading} />`}
    ${workflow && html`<div class="sheet">
      <${Choice} label="Workflow" value=${name} choices=${me.begins} change=${(next) => go(["new", next])} />
      ${types.length > 1 && html`<${Choice} label="Kind" value=${type.name} choices=${types} change=${(next) => go(["new", name, next])} />`}
      <${Beginning} key=${`${name} ${type.name}`} workflow=${name} type=${type} /></div>`}`;
}

function Choice({ label, value, choices, change }) {
  const id = useId();
  // One that the address names is shown, also where this person may not begin it: the API says why.
  const offered = choices.some((each) => each.name === value) ? choices : [...choices, { name: value, label: words(value) }];
  return html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => change(event.target.value)}>
      ${offered.map((each) => html`<option value=${each.name}>${each.label}</option>`)}</select></div>`;
}

function Beginning({ workflow, type }) {
  const { submit, busy, problem } = usePost("/cases", (begun) => go(["cases", begun.caseId]));
  const begin = (given) => submit({ workflow, caseType: type.name, ...given });
  return html`<${Form} schema=${type.creationSchema} label="Create" busy=${busy} errors=${problem?.errors} submit=${begin}>
    ${problem && html`<${Refusal} problem=${problem} />`}
  <//>`;
}
