// Trades the token of a pairing link, or a PIN, for the cookie that every other page needs.

const find = (id) => document.getElementById(id);


find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  pair({ pin: find("pin").value });
});
find("pin").addEventListener("input", ({ target }) => {
  target.value = target.value.replace(/\D/g, "");
  if (target.value.length === 6) pair({ pin: target.value });
});

// A new link, opened where the pairing page stands already, loads nothing.
addEventListener("hashchange", followLink);
if (!followLink()) find("pin").focus();

/** Pair with the token of the address, if there is one. */
function followLink() {
  const token = location.hash.slice(1);
  if (!token) return false;
  // It must not stay in the address bar, the history or a screenshot.
  history.replaceState(null, "", location.pathname);
  find("explanation").textContent = "Pairing…";
  find("form").hidden = true;
  pair({ token });
  return true;
}

async function pair(proof) {
  if (pair.busy) return;
  pair.busy = true;
  find("answer").textContent = "";
  try {
    const answer = await fetch("/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(proof),
    });
    if (answer.ok) {
      // The guard shows this page at the address of any other.
      location.replace(location.pathname === "/pair" ? "/drive" : location.pathname);
      return;
    }
    const { error, retry_s: retryS } = await answer.json();
    refuse(retryS ? `${error} Try again in ${Math.ceil(retryS)} s.` : error);
  } catch {
    refuse("The car did not answer. Is this device in the car's network, and the car running?");
  } finally {
    pair.busy = false;
  }
}

function refuse(text) {
  find("explanation").textContent = "Enter the six digits that the car printed where it was started.";
  find("form").hidden = false;
  find("answer").textContent = text;
  find("pin").select();
}
