// A command that can be copied with a tap.

import { drawIcons } from "./icons.js";
import { toast } from "./toast.js";

/** A line with what it does, the command, and a copy button. */
export function copyLine(meaning, command) {
  const place = document.createElement("div");
  const title = document.createElement("p");
  title.className = "quiet";
  title.textContent = meaning;
  const line = document.createElement("div");
  line.className = "copy";
  const code = document.createElement("code");
  code.textContent = command;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.dataset.icon = "copy";
  button.setAttribute("aria-label", `Copy: ${meaning}`);
  button.addEventListener("click", () => copy(code));
  line.append(code, button);
  place.append(title, line);
  drawIcons(place);
  return place;
}

async function copy(code) {
  // Browsers lend the clipboard to secure addresses only; elsewhere the text is marked instead.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(code.textContent);
    toast("Copied.");
    return;
  }
  getSelection().selectAllChildren(code);
  toast("The text is selected: copy it with your device's copy command.");
}
