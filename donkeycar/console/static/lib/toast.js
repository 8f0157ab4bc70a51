// One line about what just happened; it goes away by itself.

const SHOWN_MS = 4000;

/** Show `text` for four seconds; the same text again only starts its time anew. */
export function toast(text, { danger = false } = {}) {
  const box = document.querySelector(".toasts") ?? newBox();
  for (const old of box.children) if (old.textContent === text) old.remove();
  const line = document.createElement("div");
  line.className = danger ? "toast danger" : "toast";
  line.textContent = text;
  box.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

function newBox() {
  const box = document.createElement("div");
  box.className = "toasts";
  box.setAttribute("role", "status");
  document.body.append(box);
  return box;
}
