// Sends answers one by one and knows, truthfully, which of them the server has.
//
// Unsent answers wait here, in memory, and nowhere else. The order of changes is the server's
// revision; no clock decides anything.

const AT_ONCE = 3;
const PATIENCE = 15_000; // ms until a request counts as lost
const LONGEST_PAUSE = 60; // seconds

export const same = (one, other) => one.answer === other.answer && one.note === other.note;

const needsReason = (value) => value.answer === "na" && value.note === "";

const clean = ({ answer, note }) => ({ answer, note: note.trim() });

const json = async (response) => {
  try {
    return await response.json();
  } catch {
    return {};
  }
};

// Doubled with every failure in a row, and scattered so that a whole team does not return at once.
const backOff = (failures) => Math.min(LONGEST_PAUSE, 2 ** failures) * (0.5 + Math.random() / 2);

export class AnswerQueue {
  // `changed(entry)` is called whenever an answer's state changes, `paused()` when sending stops or
  // goes on. `renew()` fetches the page's token anew: it resolves to {token} or to {why}, the pause
  // that keeps it from having one, and rejects without the network.
  constructor({ address, token, renew, changed, paused }) {
    Object.assign(this, { address, token, renew, changed, paused });
    this.entries = new Map();
    this.pause = null; // why nothing is sent: offline, busy, signed-out, someone-else, closed, over
    this.failures = 0;
    this.lastSaved = null;
  }

  add(key, stored, revision) {
    const state = "saved";
    this.entries.set(key, { key, wanted: stored, stored, revision, state, doubtful: [] });
  }

  // Take what the respondent wants to have saved; send it after `delay` ms without further change.
  want(key, value, delay = 0) {
    const entry = this.entries.get(key);
    entry.wanted = clean(value);
    clearTimeout(entry.timer);
    entry.timer = delay ? setTimeout(() => this.flush(key), delay) : null;
    if (entry.state !== "conflict") this.settle(entry);
    else if (same(entry.wanted, entry.other)) this.resolve(key, "stored");
    else this.say(entry, "conflict");
    if (!delay) this.send();
  }

  flush(key) {
    const entry = this.entries.get(key);
    clearTimeout(entry.timer);
    entry.timer = null;
    this.send();
  }

  unsent() {
    return [...this.entries.values()].filter((entry) => entry.state !== "saved");
  }

  // Resolve once nothing more can be done now: all is saved, or the rest waits for something.
  async settled() {
    for (const key of this.entries.keys()) this.flush(key);
    const moving = () => !this.pause && this.unsent().some((entry) => entry.sending);
    while (moving()) await new Promise((done) => { setTimeout(done, 20); });
    return this.unsent().length === 0;
  }

  // The page goes away in spite of the warning: send what waits, as nobody will hear the reply.
  part() {
    for (const entry of this.unsent()) {
      if (entry.state === "waiting") this.put(entry, entry.wanted).catch(() => {});
    }
  }

  // Choose between one's own answer and the stored one after a conflict.
  resolve(key, keep) {
    const entry = this.entries.get(key);
    entry.stored = { answer: entry.other.answer, note: entry.other.note };
    entry.revision = entry.other.revision;
    if (keep === "stored") entry.wanted = entry.stored;
    entry.other = null;
    this.settle(entry, true);
    this.send();
  }

  // Somebody else may have changed the same sheet. Take what the server has where nothing of one's
  // own waits, and say whether it differs from what stood there; a conflict goes on with the newest.
  learn(key, { answer, note, revision }) {
    const entry = this.entries.get(key);
    if (entry.state === "conflict" && revision > entry.other.revision) {
      entry.other = { answer, note, revision };
      if (same(entry.wanted, entry.other)) this.resolve(key, "stored");
      else this.say(entry, "conflict");
    }
    if (entry.state !== "saved" || entry.timer || entry.sending || revision <= entry.revision) return false;
    const news = !same(entry.stored, { answer, note });
    entry.stored = entry.wanted = { answer, note };
    entry.revision = revision;
    return news;
  }

  // Somebody pressed Retry, or the network is back.
  async retry() {
    const renewed = !["signed-out", "someone-else"].includes(this.pause?.why) || this.renewToken();
    if (!(await renewed)) return;
    this.failures = 0;
    this.goOn();
  }

  // The rest is how it works inside.

  say(entry, state, error = "") {
    Object.assign(entry, { state, error });
    this.changed(entry);
  }

  // Work out where an answer stands that is neither in conflict nor on its way.
  settle(entry, chosen = false) {
    if (needsReason(entry.wanted)) this.say(entry, "incomplete");
    else if (entry.sending) this.say(entry, "sending");
    else if (same(entry.wanted, entry.stored) && !entry.doubtful.length) this.say(entry, "saved");
    else if (chosen || entry.state !== "conflict") this.say(entry, "waiting");
  }

  send() {
    if (this.pause) return;
    const entries = [...this.entries.values()];
    let free = AT_ONCE - entries.filter((entry) => entry.sending).length;
    for (const entry of entries) {
      if (free <= 0) return;
      if (entry.state !== "waiting" || entry.sending || entry.timer) continue;
      free -= 1;
      this.transmit(entry);
    }
  }

  async transmit(entry) {
    const value = entry.wanted;
    entry.sending = value;
    this.say(entry, "sending");
    let response;
    let body;
    try {
      response = await this.put(entry, value);
      body = await json(response);
    } catch {
      entry.sending = null;
      entry.doubtful.push(value); // it may have arrived all the same
      this.settle(entry);
      return this.stop("offline");
    }
    entry.sending = null;
    await this.take(entry, value, response, body);
    return this.send();
  }

  // Short answers outlive the page that sent them; browsers allow that for 64 kB in all.
  put(entry, { answer, note }) {
    return fetch(this.address + encodeURIComponent(entry.key), {
      method: "PUT",
      headers: {
        "Content-Type": "application/json",
        "If-Match": `"${entry.revision}"`,
        "X-CSRFToken": this.token,
      },
      body: JSON.stringify({ answer: /^\d$/.test(answer) ? Number(answer) : answer, note }),
      keepalive: note.length < 1000,
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async take(entry, value, response, body) {
    if (response.status === 200 && body.saved === true) this.saved(entry, value, body);
    else if (body.code === "conflict") this.conflict(entry, body.stored);
    else if (body.code === "closed") this.close(entry, body);
    else if (response.status === 401) this.wait(entry, "signed-out");
    else if (body.code === "csrf") await this.outdated(entry);
    else if (body.saved === false && ![429, 503].includes(response.status)) {
      this.refuse(entry, body.error);
    } else {
      entry.doubtful.push(value); // a proxy may say so although the answer arrived
      this.wait(entry, "busy", Number(response.headers.get("Retry-After")) || 0);
    }
  }

  saved(entry, value, body) {
    entry.stored = value;
    entry.revision = body.revision;
    entry.doubtful = [];
    entry.savedAt = this.lastSaved = new Date(body.saved_at);
    entry.renewed = false;
    this.failures = 0;
    this.settle(entry);
  }

  // Another answer is stored. If it is one of ours whose reply was lost, ours goes on from there.
  conflict(entry, found) {
    const stored = { answer: found.answer === null ? null : String(found.answer), note: found.note };
    if (entry.doubtful.some((value) => same(value, stored))) {
      Object.assign(entry, { stored, revision: found.revision, doubtful: [] });
      return this.settle(entry);
    }
    entry.other = { ...stored, revision: found.revision };
    entry.doubtful = [];
    return this.say(entry, "conflict");
  }

  // Sheets that were revealed may be opened again; after submit it is over. What was given stays.
  close(entry, { status, reason }) {
    if (entry) this.settle(entry);
    this.stop(status === "submitted" ? "over" : "closed", 0, reason);
  }

  refuse(entry, error) {
    this.say(entry, "refused", error);
  }

  wait(entry, why, seconds = 0) {
    this.settle(entry);
    this.stop(why, seconds);
  }

  // The token is not this session's: somebody signed in since the page was loaded.
  async outdated(entry) {
    if (entry.renewed) return this.refuse(entry, "The server does not accept this page any more.");
    entry.renewed = true;
    this.settle(entry);
    return this.renewToken();
  }

  async renewToken() {
    try {
      const found = await this.renew();
      if (found.token) this.token = found.token;
      else this.stop(found.why);
      return Boolean(found.token);
    } catch {
      this.stop("offline");
      return false;
    }
  }

  stop(why, seconds = 0, reason = "") {
    if (this.pause && this.pause.why === why && this.pause.timer) return;
    clearTimeout(this.pause?.timer);
    this.pause = { why, reason };
    if (["offline", "busy"].includes(why)) {
      const pause = Math.max(seconds, backOff(this.failures));
      this.failures += 1;
      this.pause.timer = setTimeout(() => this.goOn(), pause * 1000);
    }
    this.paused();
  }

  goOn() {
    if (this.pause?.why === "over") return;
    clearTimeout(this.pause?.timer);
    this.pause = null;
    this.paused();
    this.send();
  }
}
