// A new task in a case: its type, and what the workflow's schema asks for.
import { words } from "../../format.js";
import { html, useId, useState } from "../../lib.js";
import { Dialog } from "../../parts/dialog.js";
import { Form } from "../../parts/form.js";
import { Loading, Refusal } from "../../parts/notice.js";
import { usePost } from "../../parts/submit.js";
import { useResource } from "../../resource.js";

/** A button that opens the form; `tasks` are those of the case, which a new one may stand under or wait for. */
export function NewTask({ case: of, tasks, done }) {
  const [open, setOpen] = useState(false);
  return html`<button type="button" aria-haspopup="dialog" onClick=${() => setOpen(true)}>New task</button>
    ${open && html`<${NewTaskDialog} case=${of} tasks=${tasks} close=${() => setOpen(false)}
      done=${(task) => { setOpen(false); done(task); }} />`}`;
}

function NewTaskDialog({ case: of, tasks, close, done }) {
  const found = useResource(`/workflows/${encodeURIComponent(of.workflow)}?version=${of.workflowVersion}`, { every: 600_000 });
  const [type, setType] = useState("");
  const { submit, busy, problem } = usePost(`/cases/${encodeURIComponent(of.caseId)}/tasks`, done);
  const id = useId();
  return html`<${Dialog} title="New task" close=${close}>
    ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
    ${!found.data && !found.problem && html`<${Loading} />`}
    ${found.data && html`<${Form} schema=${type ? amongTasks(found.data.creationSchema, tasks) : {}} label="Create" busy=${busy}
        errors=${problem?.errors} submit=${(given) => submit({ type, ...given })} leave=${close}>
      ${problem && html`<${Refusal} problem=${problem} />`}
      <div class="field"><label for=${id}>Type</label>
        <select id=${id} required value=${type} onChange=${(event) => setType(event.target.value)}>
          <option value="">Choose …</option>
          ${found.data.types.map((each) => html`<option value=${each.name}>${words(each.label)}</option>`)}</select></div>
    <//>`}
  <//>`;
}

/** The schema with the tasks of the case to choose from where it takes ids of tasks. */
function amongTasks(schema, tasks) {
  const choices = tasks.filter((task) => task.open).map((task) => ({ const: task.taskId, title: `${words(task.label)} (${words(task.status ?? task.state)})` }));
  const { parentId, prerequisites, ...others } = schema.properties;
  const properties = { ...(parentId && { parentId: { ...parentId, oneOf: choices } }), ...others };
  if (prerequisites && choices.length > 0) properties.prerequisites = { ...prerequisites, items: { oneOf: choices } };
  return { ...schema, properties };
}
