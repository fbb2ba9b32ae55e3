// The frame around every page: who is signed in, where one can go, and what is shown there.
import { html, render, useEffect, useLayoutEffect, useRef, useState } from "./lib.js";
import { me as whoAmI } from "./me.js";
import { focusHeading } from "./parts/focus.js";
import { Notice, Refusal } from "./parts/notice.js";
import { address, go, useRoute } from "./router.js";
import * as session from "./session.js";
import * as caseOf from "./pages/case.js";
import * as begin from "./pages/new.js";
import * as operator from "./pages/operator.js";
import * as queue from "./pages/queue.js";
import * as task from "./pages/task.js";
import * as workflow from "./pages/workflow.js";

// A page is a module with `matches`, `title` and `Page`; with `link` it is in the menu, of those for whom it is.
const PAGES = [queue, begin, caseOf, task, workflow, operator];

function App({ signedIn, failure }) {
  const [inside, setInside] = useState(signedIn);
  const [over, setOver] = useState(false);
  useEffect(() => session.onEnd(() => { setOver(inside); setInside(false); }), [inside]);
  return inside ? html`<${Inside} />` : html`<${Outside} over=${over} failure=${failure} />`;
}

function Outside({ over, failure }) {
  const [problem, setProblem] = useState(failure);
  const enter = () => session.signIn().catch(setProblem);
  return html`<main class="outside">
    <h1><${Mark} />Casetree</h1>
    <p>Tasks, cases, and who does what next.</p>
    ${over && html`<${Notice}>Your session has ended. Sign in again to go on where you were.<//>`}
    ${problem && html`<${Notice} tone="bad">Signing in did not work: ${problem.message}<//>`}
    <button type="button" class="primary" onClick=${enter}>Sign in</button>
  </main>`;
}

function Inside() {
  const [me, setMe] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = () => { setProblem(null); whoAmI().then(setMe, setProblem); };
  useEffect(load, []);
  const route = useRoute();
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector("main").focus(); }}>To the content</a>
    <${Header} me=${me} route=${route} />
    <main id="main" tabindex="-1">
      ${problem && html`<${Refusal} problem=${problem} again=${load} />`}
      ${me && html`<${Shown} route=${route} me=${me} />`}
    </main>`;
}

function Header({ me, route }) {
  // None until it is known for whom they are: one that comes in between would move the others under the pointer.
  const links = me ? PAGES.map((page) => page.link).filter((link) => link && (!link.of || link.of(me))) : [];
  return html`<header class="top">
    <a class="home" href=${address([])}><${Mark} />Casetree</a>
    <nav aria-label="Pages"><ul>${links.map((link) => html`<li key=${link.label}>
      <a href=${address(link.path)} aria-current=${link.to(route.path) ? "true" : undefined}>${link.label}</a></li>`)}</ul></nav>
    <${Find} />
    <span class="me">${me?.displayName}</span>
    <button type="button" class="quiet" onClick=${() => session.signOut()}>Sign out</button>
  </header>`;
}

/** A case by its id, or a task: the id of a task has its case's in front of a dot. */
function Find() {
  const find = (event) => {
    event.preventDefault();
    const id = new FormData(event.target).get("id").trim();
    if (id) go([id.includes(".") ? "tasks" : "cases", id]);
    event.target.reset();
  };
  return html`<form class="find" role="search" onSubmit=${find}>
    <input name="id" type="search" aria-label="Case or task" placeholder="Case or task id" autocomplete="off" spellcheck="false" />
  </form>`;
}

function Shown({ route, me }) {
  const page = PAGES.find((each) => each.matches(route.path));
  const place = route.path.join("/");
  const first = useRef(true);
  // Before the page's own effects: it may know a better title.
  useLayoutEffect(() => { document.title = `${page?.title ?? "Not here"} · Casetree`; }, [place]);
  useEffect(() => {
    if (!first.current) focusHeading();
    first.current = false;
  }, [place]);
  if (!page) return html`<h1 tabindex="-1">There is nothing here</h1><p><a href=${address([])}>To your tasks</a></p>`;
  return html`<${page.Page} key=${page.title} route=${route} me=${me} />`;
}

function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" />
    <path d="M9 8v14h7M9 14h7" /><circle cx="9" cy="7.5" r="2.6" /><circle cx="20" cy="14" r="2.6" /><circle cx="20" cy="22" r="2.6" /></svg>`;
}

const failed = (failure) => ({ signedIn: false, failure });
const start = await session.open().then((signedIn) => ({ signedIn }), failed);
render(html`<${App} ...${start} />`, document.getElementById("app"));
