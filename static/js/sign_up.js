// Sends the browser's time zone along, so that times are right from the first page on.

import { ownZone } from "./zone.js";

document.querySelector("input[name=time_zone]").value = ownZone;
