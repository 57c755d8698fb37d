// The page on which a respondent answers: keys, saving, what is saved and what is not.

import { openGuidesIn } from "./guide_in_place.js";
import { AnswerQueue } from "./saving.js";
import { watchSheet } from "./together.js";
import { formatter } from "./zone.js";

const TYPING_PAUSE = 800; // ms
const JUST_NOW = 60_000; // ms

const form = document.getElementById("answers");
const questions = [...form.querySelectorAll("[data-question]")];
const bar = document.getElementById("saving-bar");
const saying = document.getElementById("saving");
const retry = document.getElementById("retry");
const signIn = document.getElementById("sign-in");
const keys = document.getElementById("keys");
const keysOn = document.getElementById("keys-on");
const time = formatter({ timeStyle: "short" });

const keyOf = (question) => question.dataset.question;
const field = (question, name) => form.elements.namedItem(`${name}-${keyOf(question)}`);
const find = (key) => questions.find((question) => keyOf(question) === key);
const radios = (question) => [...question.querySelectorAll(".lines input")];
const titleOf = (question) => question.querySelector("legend").lastChild.textContent.trim();
const radio = (question, value) => radios(question).find((input) => input.value === value);

// What a question's controls hold --------------------------------------------------------------

const valueOf = (question) => ({
  answer: radios(question).find((input) => input.checked)?.value ?? null,
  note: field(question, "note").value,
});

const show = (question, { answer, note }) => {
  for (const input of radios(question)) input.checked = input.value === answer;
  field(question, "note").value = note;
  fit(field(question, "note"));
};

const inWords = (question, { answer, note }) => {
  const line = answer === null ? "no answer" : radio(question, answer).nextElementSibling.textContent.trim();
  return note ? `${line} (“${note}”)` : line;
};

const fit = (note) => {
  note.style.height = "auto";
  note.style.height = `${note.scrollHeight + 2}px`;
};

// What is said about saving --------------------------------------------------------------------

const KEPT = "Not saved yet. Kept on this page, will be sent.";

const stateOf = (entry) => {
  if (entry.state === "saved") {
    if (entry.byColleague) return "Changed by a colleague just now";
    if (entry.savedAt) return `Saved ${time.format(entry.savedAt)}`;
    return entry.stored.answer === null ? "" : "Saved";
  }
  if (entry.state === "incomplete") return "Not saved yet: say in one line why it does not apply.";
  if (entry.state === "conflict") return "Not saved: it was changed elsewhere. Choose above.";
  if (entry.state === "refused") return `Not saved: ${entry.error}`;
  if (closed()) return "Not saved: the sheets are closed. Kept on this page.";
  if (queue.pause) return KEPT;
  return entry.state === "sending" ? "Saving…" : "Not saved yet…";
};

const PAUSES = {
  offline: (n) => `${n} not saved yet: the server cannot be reached. Kept on this page, will be sent.`,
  busy: (n) => `${n} not saved yet: the server is busy. Kept on this page, will be sent.`,
  "signed-out": (n) => `${n} not saved yet: you are signed out. Nothing is lost: sign in in another tab, then press Retry.`,
  "someone-else": (n) => `${n} not saved: somebody else is signed in now. Sign in as yourself in another tab, then press Retry.`,
  closed: (n) => `${n} not saved. ${why()} Kept on this page: press Retry if the sheets are opened again.`,
  over: (n) => `${n} not saved. ${why()} Copy what you want to keep before you leave this page.`,
};

const closed = () => ["closed", "over"].includes(queue.pause?.why);
const why = () => queue.pause.reason || "This assessment takes no answers now.";

const overall = () => {
  const unsent = queue.unsent();
  const count = `${unsent.length} ${unsent.length === 1 ? "answer" : "answers"}`;
  if (queue.pause && unsent.length) return PAUSES[queue.pause.why](count);
  if (unsent.some((entry) => entry.state === "conflict")) return `${count} not saved: changed elsewhere. Choose which to keep.`;
  if (unsent.some((entry) => entry.state === "refused")) return `${count} not saved. The reason stands at the question.`;
  if (unsent.some((entry) => entry.state === "incomplete")) return `${count} not saved yet: a reason is missing.`;
  if (unsent.length) return "Saving…";
  if (closed()) return why();
  if (colleagues.size) return `Changed by a colleague just now: ${[...colleagues].map(titleOf).join("; ")}.`;
  return queue.lastSaved ? `Everything is saved, last at ${time.format(queue.lastSaved)}.` : "Answers are saved as you give them.";
};

const tell = () => {
  const text = overall();
  if (saying.textContent !== text) saying.textContent = text;
  const pause = queue.unsent().length ? queue.pause?.why : undefined;
  retry.hidden = !pause || pause === "over";
  signIn.hidden = !["signed-out", "someone-else"].includes(pause);
  bar.classList.toggle("troubled", Boolean(pause) || closed() || queue.unsent().some((entry) => ["conflict", "refused"].includes(entry.state)));
};

const count = () => {
  const answered = [...queue.entries.values()].filter((entry) => entry.stored.answer !== null).length;
  const here = document.querySelector("[data-count=here]");
  const all = document.querySelector("[data-count=all]");
  all.textContent = Number(all.textContent) + answered - Number(here.textContent);
  here.textContent = answered;
  document.querySelector(".ways progress").value = Number(all.textContent);
};

const showEntry = (entry) => {
  const question = find(entry.key);
  const state = question.querySelector(".state");
  state.textContent = stateOf(entry);
  state.dataset.state = queue.pause && entry.state !== "saved" ? "kept" : entry.state;
  question.classList.toggle("by-colleague", Boolean(entry.byColleague));
  field(question, "revision").value = entry.revision;
  if (entry.state === "conflict") showConflict(question, entry);
  else question.querySelector(".trouble").replaceChildren();
  count();
  tell();
};

const showConflict = (question, entry) => {
  const place = question.querySelector(".trouble");
  if (!place.querySelector("[data-keep]")) {
    place.replaceChildren(document.getElementById("conflict").content.cloneNode(true));
  }
  place.querySelector("[data-value=yours]").textContent = inWords(question, entry.wanted);
  place.querySelector("[data-value=stored]").textContent = inWords(question, entry.other);
};

// A sheet filled together ----------------------------------------------------------------------

const colleagues = new Set(); // questions that a colleague changed just now

const byColleague = (question, entry) => {
  entry.byColleague = true;
  colleagues.add(question);
  clearTimeout(entry.wears);
  entry.wears = setTimeout(() => mine(question, entry), JUST_NOW);
};

const mine = (question, entry) => {
  entry.byColleague = false;
  entry.savedAt = null; // it was the colleague's, at a time unknown here
  colleagues.delete(question);
  clearTimeout(entry.wears);
  showEntry(entry);
};

// The list's counts of the other questionnaires; this one's follow from its own entries.
const countElsewhere = (answers) => {
  const given = answers.filter(({ answer }) => answer !== null);
  const here = document.querySelector("[data-count=here]");
  let all = Number(here.textContent);
  for (const place of document.querySelectorAll("[data-questionnaire]")) {
    if (place === here) continue;
    const there = given.filter(({ questionnaire }) => questionnaire === place.dataset.questionnaire).length;
    place.textContent = there;
    all += there;
  }
  document.querySelector("[data-count=all]").textContent = all;
};

// Whoever has the caret in a note keeps it: that question waits until they have left it.
const takeFromColleagues = ({ status, reason, answers }) => {
  if (status !== "open") queue.close(null, { status, reason });
  else if (closed()) queue.retry();
  countElsewhere(answers);
  for (const { question: key, ...found } of answers) {
    const question = find(key);
    if (!question || document.activeElement === field(question, "note")) continue;
    if (!queue.learn(key, found)) continue;
    const entry = queue.entries.get(key);
    show(question, found);
    byColleague(question, entry);
    showEntry(entry);
  }
  count();
};

// The queue ------------------------------------------------------------------------------------

// After signing in again the session has another token; the page fetched anew carries it, and says
// whose it is: another person's session must not take this one's answers.
const renew = async () => {
  const response = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
  if (response.status >= 500) throw new Error("the server is away");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("answers");
  if (new URL(response.url).pathname === signIn.pathname) return { why: "signed-out" };
  if (!fresh) return { why: response.redirected ? "closed" : "someone-else" };
  if (fresh.dataset.person !== form.dataset.person) return { why: "someone-else" };
  return { token: fresh.elements.namedItem("csrfmiddlewaretoken").value };
};

const queue = new AnswerQueue({
  address: form.dataset.address,
  token: form.elements.namedItem("csrfmiddlewaretoken").value,
  renew,
  changed: (entry) => {
    if (entry.byColleague && entry.state !== "saved") mine(find(entry.key), entry);
    else showEntry(entry);
  },
  paused: () => {
    for (const entry of queue.unsent()) showEntry(entry);
    tell();
  },
});

for (const question of questions) {
  queue.add(keyOf(question), valueOf(question), Number(field(question, "revision").value));
}

form.addEventListener("change", ({ target }) => {
  const question = target.closest("[data-question]");
  if (!question) return;
  queue.want(keyOf(question), valueOf(question));
  if (target.type === "radio" && target.value === "na") field(question, "note").focus();
});

form.addEventListener("input", ({ target }) => {
  if (target.tagName !== "TEXTAREA") return;
  const question = target.closest("[data-question]");
  fit(target);
  queue.want(keyOf(question), valueOf(question), TYPING_PAUSE);
});

form.addEventListener("focusout", ({ target }) => {
  if (target.tagName === "TEXTAREA") queue.flush(keyOf(target.closest("[data-question]")));
});

form.addEventListener("submit", (event) => event.preventDefault());

form.addEventListener("click", (event) => {
  const question = event.target.closest("[data-question]");
  const keep = event.target.dataset.keep;
  if (keep) {
    const entry = queue.entries.get(keyOf(question));
    if (keep === "stored") show(question, entry.other);
    queue.resolve(keyOf(question), keep);
    goTo(question);
  }
  if (event.target.classList.contains("clear")) {
    for (const input of radios(question)) input.checked = false;
    queue.want(keyOf(question), valueOf(question));
    goTo(question);
  }
});

retry.addEventListener("click", () => queue.retry());
window.addEventListener("online", () => queue.retry());

window.addEventListener("beforeunload", (event) => {
  if (!queue.unsent().length) return;
  event.preventDefault();
  event.returnValue = true; // older browsers heed only this
});

window.addEventListener("pagehide", () => queue.part());

document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const question of questions) queue.flush(keyOf(question));
});

// Going on to another page waits for what is just being saved instead of warning about it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const { pathname, search } = window.location;
  const elsewhere = link && !link.target && link.pathname + link.search !== pathname + search;
  if (!elsewhere || event.ctrlKey || event.metaKey || event.shiftKey || !queue.unsent().length) return;
  event.preventDefault();
  await queue.settled();
  window.location.assign(link.href);
});

// Moving and keys ------------------------------------------------------------------------------

let current = questions[0];

const mark = (question) => {
  current = question;
  for (const each of questions) each.classList.toggle("current", each === question);
};

const goTo = (question) => {
  mark(question);
  question.focus({ preventScroll: true });
  question.scrollIntoView({ block: "start", behavior: "instant" });
};

const move = (step) => {
  const next = questions[questions.indexOf(current) + step];
  if (next) goTo(next);
  else if (step > 0) document.getElementById("next").focus();
};

const choose = (value) => {
  const input = radio(current, value);
  input.checked = true;
  queue.want(keyOf(current), valueOf(current));
  if (value === "na") field(current, "note").focus();
  else move(1);
};

form.addEventListener("focusin", ({ target }) => {
  const question = target.closest("[data-question]");
  if (question) mark(question);
});

// The page has a focused question already, so an autofocus attribute would be refused, and said so.
function showKeys() {
  keys.showModal();
  document.getElementById("keys-title").focus();
}

const actions = {
  d: () => choose("dk"),
  n: () => choose("na"),
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  "?": showKeys,
};
for (const digit of "01234") actions[digit] = () => choose(digit);

const inNote = (event) => {
  if (event.isComposing || event.shiftKey) return;
  const question = event.target.closest("[data-question]");
  if (event.key === "Escape") goTo(question);
  else if (event.key === "Enter") {
    event.preventDefault();
    queue.flush(keyOf(question));
    move(1);
  }
};

// Arrows belong to whatever has the focus, where they mean something there.
const keepsArrows = (target) => target.type === "radio" || Boolean(target.closest(".guide-text"));

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || keys.open) return;
  if (target.matches("textarea, select, input:not([type=radio])")) {
    if (target.tagName === "TEXTAREA") inNote(event);
    return;
  }
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  const arrow = key.startsWith("Arrow");
  if (!action || !keysOn.checked) return;
  if (arrow ? keepsArrows(target) : event.repeat) return;
  event.preventDefault();
  action();
});

// One may need the keys for something else, such as dictation.
keysOn.checked = window.localStorage.getItem("keys") !== "off";
keysOn.addEventListener("change", () => window.localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
document.getElementById("show-keys").addEventListener("click", showKeys);

// Start ------------------------------------------------------------------------------------------

bar.hidden = false;
openGuidesIn(form);
// Enter on a line would press the form's first submit button, and that must not be a Clear.
for (const clear of form.querySelectorAll(".clear")) clear.type = "button";
for (const question of questions) fit(field(question, "note"));
tell();
if ("together" in form.dataset) watchSheet(form.dataset.address.replace(/\/$/, ""), takeFromColleagues);
window.history.scrollRestoration = "manual";
// Who loads the page again wants to go on, not back to where they once came in.
const again = performance.getEntriesByType("navigation")[0]?.type === "reload";
const asked = again ? undefined : find(decodeURIComponent(window.location.hash.slice(1)));
const open = questions.filter((question) => valueOf(question).answer === null);
if (asked) goTo(asked);
else if (open.length && open.length < questions.length) goTo(open[0]);
else mark(open[0] ?? questions[0]);
