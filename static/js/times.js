// Shows each <time datetime> in the reader's zone, whatever zone it was rendered in.

import { formatter } from "./zone.js";

const date = formatter({ dateStyle: "medium" });
const dateAndTime = formatter({ dateStyle: "medium", timeStyle: "short" });

for (const element of document.querySelectorAll("time[datetime*='T']")) {
  const moment = new Date(element.dateTime);
  element.title = element.dateTime;
  element.textContent = (element.dataset.show === "time" ? dateAndTime : date).format(moment);
}
