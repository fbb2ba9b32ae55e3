// Taking an action: at once where it asks for nothing, else after its form; on one task, or on several.
import { send } from "../api.js";
import { html, useRef, useState } from "../lib.js";
import { Dialog } from "./dialog.js";
import { Form } from "./form.js";
import { Refusal } from "./notice.js";

const AT_ONCE = 4;

/** The form of an action on the tasks; `done` gets what became of each: `{task, problem}`. */
export function ActionDialog({ action, tasks, close, done }) {
  const [state, setState] = useState({ busy: false, problem: null });
  // The same for every try of this form, so that a try whose answer was lost is not done twice.
  const keys = useRef(new Map());
  const submit = async (input) => {
    const known = JSON.stringify(input);
    if (keys.current.input !== known) keys.current = Object.assign(new Map(), { input: known });
    setState({ busy: true, problem: null });
    const outcomes = await act(action, tasks, input, keys.current);
    const problem = tasks.length === 1 ? outcomes[0].problem : null;
    setState({ busy: false, problem });
    if (!problem) done(outcomes);
  };
  const { problem, busy } = state;
  const again = problem && problem.status === 412 ? () => done([{ task: tasks[0], problem }]) : null;
  return html`<${Dialog} title=${action.label} close=${close}>
    <${Form} schema=${action.inputSchema} label=${action.label} busy=${busy} errors=${problem?.errors} submit=${submit}>
      ${problem && html`<${Refusal} problem=${problem} again=${again} />`}
    <//>
  <//>`;
}

/** Takes the action on each task as it was seen; each is done or refused on its own. */
export async function act(action, tasks, input, keys = new Map()) {
  const outcomes = [];
  const waiting = [...tasks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [place, task] = next;
      outcomes[place] = { task, problem: await one(action, task, input, keyFor(keys, task)) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function one(action, task, input, key) {
  const path = `/tasks/${encodeURIComponent(task.taskId)}/actions/${encodeURIComponent(action.name)}`;
  try {
    await send("POST", path, input, { version: `"${task.version}"`, key });
    return null;
  } catch (problem) {
    return problem;
  }
}

function keyFor(keys, task) {
  if (!keys.has(task.taskId)) keys.set(task.taskId, crypto.randomUUID());
  return keys.get(task.taskId);
}
