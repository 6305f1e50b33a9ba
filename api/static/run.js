// Follows a run that goes on; without it the page loads itself again.
const root = document.getElementById("run");
const address = `/api/v1/runs/${encodeURIComponent(root.dataset.run)}`;
const EVERY = 1000; // milliseconds between looks
const LONGEST = 30000; // while the server is away
const number = new Intl.NumberFormat("en");
let wait = EVERY;

function part(name) {
  return root.querySelector(`[data-part="${name}"]`);
}

function tell(name, text) {
  const element = part(name);
  if (!element) return;
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

function time(seconds) {
  if (seconds === null) return "–";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function show(run) {
  const bar = part("bar");
  if (run.declared) {
    bar.max = run.declared;
    bar.value = Math.min(run.listed, run.declared);
  } else {
    bar.removeAttribute("value");
  }
  tell("state", run.state);
  tell("stage", run.stage ?? "");
  tell("listed", number.format(run.listed));
  tell("declared", run.declared === null ? "" : ` of ${number.format(run.declared)}`);
  tell("pages", number.format(run.pages));
  tell("rate", run.rate === null ? "–" : number.format(run.rate));
  tell("remaining", time(run.remaining_seconds));
  part("workers").hidden = run.workers < 2;
  tell("turn", String(run.workers));
  for (const [name, count] of Object.entries(run.counts)) {
    tell(`count-${name}`, number.format(count));
    part(`count-${name}`)?.parentElement.classList.toggle("none", count === 0);
  }
}

async function look() {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const run = await answer.json();
  if (run.state !== "queued" && run.state !== "running") {
    location.reload(); // the page of an ended run tells more
    return false;
  }
  show(run);
  tell("word", run.state === "queued" ? "It waits for a worker; `aicat worker` or `aicat up` is one." : "");
  return true;
}

async function follow() {
  let goes_on = true;
  try {
    if (!document.hidden) goes_on = await look();
    wait = EVERY;
  } catch {
    wait = Math.min(wait * 2, LONGEST);
    tell("word", `The catalogue does not answer; looking again in ${Math.round(wait / 1000)} s.`);
  }
  if (goes_on) setTimeout(follow, wait);
}

setTimeout(follow, EVERY);
