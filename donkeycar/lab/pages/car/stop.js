// One stop of the car: when, why, in which mode, and the picture.

import { write } from "/static/lib/write.js";

const MODES = { user: "You drove", local_angle: "You and the pilot drove", local: "The pilot drove" };

/** The list item of a stop; `old` is the one that shows it already. */
export function stopItem(stop, old, picture) {
  const item = old ?? newItem(stop, picture);
  write(item.querySelector("time"), when(stop));
  return item;
}

function newItem({ id, time_s: timeS, reason, mode, has_picture: hasPicture }, picture) {
  const item = document.createElement("li");
  item.dataset.id = id;
  if (hasPicture) {
    const image = document.createElement("img");
    image.src = picture;
    image.alt = `What the camera saw: ${reason}`;
    image.loading = "lazy";
    item.append(image);
  }
  const words = document.createElement("div");
  const sentence = document.createElement("p");
  sentence.textContent = reason;
  const line = document.createElement("p");
  line.className = "quiet";
  const time = document.createElement("time");
  time.dateTime = new Date(timeS * 1000).toISOString();
  line.append(time, `. ${MODES[mode] ?? mode}.`);
  words.append(sentence, line);
  item.append(words);
  return item;
}

/** "14:03:22, 5 minutes ago"; the clock of the car counts. */
function when({ time_s: timeS, ago_s: agoS }) {
  const date = new Date(timeS * 1000);
  const clock = agoS < 86400 / 2 ? date.toLocaleTimeString() : date.toLocaleString();
  return `${clock}, ${ago(agoS)} ago`;
}

function ago(seconds) {
  const [count, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : seconds < 129600 ? [seconds / 3600, "hour"] : [seconds / 86400, "day"];
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}
