// Taking an action: at once where it asks for nothing, else after its form; on one task, or on several.
import { Problem, send } from "../api.js";
import { html, useRef, useState } from "../lib.js";
import { Dialog } from "./dialog.js";
import { Form } from "./form.js";
import { Refusal } from "./notice.js";

/** The form of an action on the tasks; `done` gets what became of each: `{task, problem}`. */
export function ActionDialog({ action, tasks, close, done }) {
  const [state, setState] = useState({ busy: false, problem: null });
  // The same key and versions for every try of the same input: a try whose answer was lost is not done twice.
  const tried = useRef({});
  const submit = async (input) => {
    const asked = JSON.stringify(input);
    if (tried.current.asked !== asked) tried.current = { asked, tasks, key: crypto.randomUUID() };
    setState({ busy: true, problem: null });
    const outcomes = await act(action, tried.current.tasks, input, tried.current.key);
    const problem = tasks.length === 1 ? outcomes[0].problem : null;
    setState({ busy: false, problem });
    if (!problem) done(outcomes);
  };
  const { problem, busy } = state;
  const again = problem && problem.status === 412 ? () => done([{ task: tasks[0], problem }]) : null;
  return html`<${Dialog} title=${action.label} close=${close}>
    <${Form} schema=${action.inputSchema} label=${action.label} busy=${busy} errors=${problem?.errors} submit=${submit} leave=${close}>
      ${problem && html`<${Refusal} problem=${problem} again=${again} />`}
    <//>
  <//>`;
}

/** Takes the action on the tasks as they were seen, by one request; each is done or refused on its own. */
export async function act(action, tasks, given, key = crypto.randomUUID()) {
  const input = action.option ? { option: action.option, ...given } : given;
  try {
    return tasks.length === 1 ? await one(action, tasks[0], input, key) : await several(action, tasks, input, key);
  } catch (problem) {
    return tasks.map((task) => ({ task, problem }));
  }
}

async function one(action, task, input, key) {
  const path = `/tasks/${encodeURIComponent(task.taskId)}/actions/${encodeURIComponent(action.name)}`;
  await send("POST", path, input, { version: `"${task.version}"`, key });
  return [{ task, problem: null }];
}

async function several(action, tasks, input, key) {
  const taskIds = tasks.map((task) => task.taskId);
  const versions = Object.fromEntries(tasks.map((task) => [task.taskId, task.version]));
  const { body } = await send("POST", "/bulk/actions", { taskIds, action: action.name, input, versions }, { key });
  // The answer has one result for each task, in order.
  return body.items.map(({ status, problem }, place) => ({ task: tasks[place], problem: problem && new Problem(status, problem) }));
}
