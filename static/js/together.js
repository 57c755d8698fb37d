// On a sheet that a team fills together: what colleagues save appears without loading the page.

const EVERY = 5_000; // ms

const value = ({ answer, note, revision }) => ({
  answer: answer === null ? null : String(answer),
  note,
  revision,
});

// Asks for the sheet every few seconds while the page is looked at. `seen(sheet)` gets what is
// there each time, as `{status, reason, answers}`, also when it is as before: what could not be
// taken while somebody was writing can be taken the next time.
export const watchSheet = (address, seen) => {
  let tag = "";
  let sheet = null;

  const ask = async () => {
    const headers = tag ? { "If-None-Match": tag } : {};
    const response = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(EVERY * 2) });
    if (response.status === 200) {
      const { answers, ...more } = await response.json();
      sheet = { ...more, answers: answers.map((each) => ({ ...each, ...value(each) })) };
      tag = response.headers.get("ETag") ?? "";
    }
    if (sheet && [200, 304].includes(response.status)) seen(sheet);
  };

  const round = async () => {
    try {
      if (!document.hidden) await ask();
    } catch {
      // Without the network there is nothing new; saving says so when there is something to save.
    }
    // Scattered, so that a whole team does not ask at once.
    setTimeout(round, EVERY * (0.9 + Math.random() / 5));
  };

  setTimeout(round, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask().catch(() => {});
  });
};
