// Requests of a page to its actions: JSON in and out, and a toast with the sentence if one fails.

import { failure } from "./failure.js";
import { toast } from "./toast.js";

const UNPAIRED = 401;

/**
 * Ask an action that only looks.
 *
 * `args` go into the address; a list is given once for each of its values, and null or undefined is
 * left out. `quiet` shows no toast; `signal` ends the request. Throws an Error with the sentence.
 */
export function getJSON(path, args = {}, { quiet = false, signal } = {}) {
  return ask(address(path, args), { signal }, quiet);
}

/** Ask an action that changes something; `body` is an object. Otherwise as `getJSON`. */
export function postJSON(path, body = {}, { quiet = false, signal } = {}) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body), signal }, quiet);
}

/** The address of an action with its arguments, e.g. for an `<img>`. */
export function address(path, args = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined) query.append(name, one);
    }
  }
  return query.size ? `${path}?${query}` : path;
}

async function ask(path, options, quiet) {
  try {
    const answer = await fetch(path, options);
    // The guard then shows the pairing page at this address.
    if (answer.status === UNPAIRED) location.reload();
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  } catch (error) {
    if (!quiet && error.name !== "AbortError") toast(failure(error), { danger: true });
    throw error;
  }
}
