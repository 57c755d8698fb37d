// Shows each <time datetime> in the reader's own zone; the page carries UTC.

const date = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "medium",
  timeStyle: "short",
});

for (const element of document.querySelectorAll("time[datetime*='T']")) {
  const moment = new Date(element.dateTime);
  element.title = element.dateTime;
  element.textContent = (element.dataset.show === "time" ? dateAndTime : date).format(moment);
}
