// Keeps a screen in step with the talk. htmx asks every two seconds; this says what changed, runs the
// clock between two answers, and leaves alone what somebody is typing.

import { openGuidesIn } from "./guide_in_place.js";

const htmx = window.htmx;
const step = document.getElementById("step");
const said = document.getElementById("said");
const talk = () => document.getElementById("talk");

const say = (text) => {
  said.textContent = text;
};

// In step or not -------------------------------------------------------------------------------

const AWAY = "Not in step: the server cannot be reached. Trying again.";
const TROUBLES = {
  403: "Not in step: you cannot watch this talk any more. Load the page again to see why.",
  404: "Not in step: you cannot watch this talk any more. Load the page again to see why.",
};
const BUSY = "Not in step: the server is busy. Trying again.";
const SIGNED_OUT = "Not in step: you are signed out. Load the page again to sign in.";
const NOT_TAKEN = "That was not taken. What you typed is still here: copy it, then load the page again.";
const NOT_SENT = "That was not sent: the server cannot be reached. What you typed is still here: send it again.";

const tell = (text) => {
  if (step.dataset.text === text) return;
  step.dataset.text = text;
  step.replaceChildren(text);
};

const outOfStep = (text, { requestConfig } = {}) => tell(requestConfig?.verb === "post" ? NOT_SENT : text);

const inStep = () => {
  if (step.dataset.text && !waiting) say("In step again.");
  if (!waiting) tell("");
};

// The clock ------------------------------------------------------------------------------------
// The server says how many seconds are left. Between two answers a clock counts that nobody can set.

let timer = null;

const readTimer = () => {
  const clock = talk().querySelector(".clock");
  const before = timer;
  timer = null;
  if (!clock) return;
  const left = Number(clock.dataset.left);
  const { ends } = clock.dataset;
  timer = { clock, ends, until: performance.now() + left * 1000, over: left === 0 || (before?.ends === ends && before.over) };
  tick();
};

// Whole seconds are sent, so less than two of difference are only the rounding and the way.
const correct = (seconds) => {
  if (!timer || seconds === "" || seconds === null) return;
  const until = performance.now() + Number(seconds) * 1000;
  if (Math.abs(until - timer.until) > 2000) timer.until = until;
};

const tick = () => {
  if (!timer) return;
  const left = Math.max(0, Math.ceil((timer.until - performance.now()) / 1000));
  const face = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const place = timer.clock.querySelector(".clock-face");
  if (place.textContent !== face) place.textContent = face;
  timer.clock.parentElement.classList.toggle("is-over", left === 0);
  if (left === 0 && !timer.over) say("Time is over.");
  timer.over = left === 0;
};

setInterval(tick, 250);

// What somebody types --------------------------------------------------------------------------

const FIELDS = "textarea, select, input:not([type=hidden])";

const isChanged = (field) => {
  if (field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const meant = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, meant);
  }
  return field.value !== field.defaultValue;
};

const inUse = (field) => field === document.activeElement || isChanged(field);

// Whether a new page would take away a field in use. One that both pages have stays as it is.
const wouldTakeAway = (html) =>
  [...talk().querySelectorAll(FIELDS)].filter(inUse).some((field) => {
    const kept = field.closest("[hx-preserve]");
    return !kept || !html.includes(`id="${kept.id}"`);
  });

let waiting = false; // a newer page waits until the facilitator has sent or asks for it
let asked = false;

const wake = () => htmx.trigger(talk(), "wake");

const holdBack = () => {
  if (waiting) return;
  waiting = true;
  tell("The talk has moved on. What you are writing stays here until you send it, or");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-quiet", textContent: "show where it is" });
  button.addEventListener("click", () => {
    asked = true;
    wake();
  });
  step.append(" ", button);
};

// What is sent ---------------------------------------------------------------------------------
// Once, however often a button is pressed: the second press would meet the turn the first one made.

let sending = false;

document.body.addEventListener("htmx:confirm", (event) => {
  if (sending && event.detail.verb === "post") event.preventDefault();
});

document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig.verb === "post") sending = true;
});

document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb === "post") sending = false;
});

// The answer may come between the two presses of a double click, and put another button there.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail === 2 && event.target.closest("#talk form button")) event.preventDefault();
  },
  { capture: true },
);

// What comes from the server -------------------------------------------------------------------

let shown = {};
let hadFocus = false;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status === 204) {
    asked = waiting = false; // the server has nothing newer than what is shown
  } else if (!xhr.getResponseHeader("Talk-Turn")) {
    event.detail.shouldSwap = false;
    const why = TROUBLES[xhr.status] ?? (xhr.status === 200 ? SIGNED_OUT : BUSY);
    tell(requestConfig.verb === "post" ? NOT_TAKEN : why);
  } else if (requestConfig.verb === "get" && !asked && wouldTakeAway(xhr.responseText)) {
    event.detail.shouldSwap = false;
    holdBack();
  } else {
    asked = waiting = false;
    hadFocus = talk().contains(document.activeElement);
  }
});

document.body.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!xhr.getResponseHeader("Talk-Turn")) return;
  inStep();
  correct(xhr.getResponseHeader("Talk-Seconds-Left"));
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, ({ detail }) => outOfStep(AWAY, detail));
}
document.body.addEventListener("htmx:responseError", ({ detail }) => {
  outOfStep(TROUBLES[detail.xhr.status] ?? BUSY, detail);
});

const whatChanged = ({ question, settled, facilitator, now }) => {
  if (question !== shown.question) return now;
  if (settled !== shown.settled) return settled || "Taken back: it is not settled any more.";
  return facilitator === shown.facilitator ? "" : `${facilitator} facilitates now.`;
};

const arrived = () => {
  const { dataset } = talk();
  const change = whatChanged(dataset);
  if (change) say(change);
  if (dataset.question !== shown.question) window.scrollTo(0, 0);
  shown = { ...dataset };
  readTimer();
  const title = document.getElementById("talk-title");
  if (hadFocus && document.activeElement === document.body) title.focus({ preventScroll: true });
};

document.body.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.id === "talk") arrived();
});

// Start ----------------------------------------------------------------------------------------

openGuidesIn(document.body);
shown = { ...talk().dataset };
readTimer();
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake();
});
window.addEventListener("online", wake);
window.addEventListener("offline", () => tell(AWAY));
