// What is shown of the API stays true: it is asked again every few seconds, while somebody looks.
import { get } from "./api.js";
import { useCallback, useEffect, useRef, useState } from "./lib.js";

const EVERY = 4_000;
const NOTHING = { path: null, data: null, version: null, problem: null };

/**
 * What is at a path, kept up to date; null for a path asks nothing. While another path is loaded, `data` is
 * that of the path before and `current` is false. `reload` asks at once, as after an own change; so does another
 * `version` of what it depends on. `ask` is how it is asked for, and the same function each time.
 */
export function useResource(path, { every = EVERY, version, ask = get } = {}) {
  const [state, setState] = useState(NOTHING);
  const asked = useRef(path);
  asked.current = path;

  const reload = useCallback(async (signal) => {
    if (path === null) return;
    try {
      const { body, version: tag } = await ask(path, { signal });
      if (asked.current === path) setState((before) => unlessSame(before, { path, data: body, version: tag, problem: null }));
    } catch (problem) {
      if (problem.name === "AbortError" || asked.current !== path) return;
      setState((before) => (before.path === path ? { ...before, problem } : { ...NOTHING, path, problem }));
    }
  }, [path, ask]);

  useEffect(() => {
    let timer;
    let running = new AbortController();
    const round = async () => {
      clearTimeout(timer);
      running.abort();
      const mine = (running = new AbortController());
      if (!document.hidden) await reload(mine.signal);
      if (!mine.signal.aborted) timer = setTimeout(round, every);
    };
    const seen = () => document.hidden || round();
    round();
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      running.abort();
      clearTimeout(timer);
    };
  }, [reload, every, version]);

  return { ...state, current: state.path === path, reload: () => reload() };
}

/** The state before where nothing has changed, so that nothing is drawn anew. */
function unlessSame(before, after) {
  const same = before.path === after.path && !before.problem && JSON.stringify(before.data) === JSON.stringify(after.data);
  return same ? before : after;
}
