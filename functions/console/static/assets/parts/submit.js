// Sending a form: what is on its way, what was refused, and the key by which a try that is repeated is done once.
import { send } from "../api.js";
import { useRef, useState } from "../lib.js";

/**
 * `submit` posts a body to the path, and gives the answer to `done`; a body that is tried again keeps its key, and
 * names the version that was on the screen the first time, where there is one.
 */
export function usePost(path, done, seen) {
  const [state, setState] = useState({ busy: false, problem: null });
  const tried = useRef({});
  const submit = async (body) => {
    const asked = JSON.stringify(body);
    if (tried.current.asked !== asked) tried.current = { asked, key: crypto.randomUUID(), version: seen && `"${seen}"` };
    setState({ busy: true, problem: null });
    try {
      const answer = await send("POST", path, body, tried.current);
      setState({ busy: false, problem: null });
      done(answer.body);
    } catch (problem) {
      // What others did is on the screen by the next try, which is another one.
      if (problem.status === 412) tried.current = {};
      setState({ busy: false, problem });
    }
  };
  return { ...state, submit };
}
