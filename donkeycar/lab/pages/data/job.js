// A job of the page: its progress as toasts, and the sentence it ends with.

import { getJSON } from "/static/lib/api.js";
import { toast } from "/static/lib/toast.js";

const LOOK_MS = 700;

/** Wait for a job; resolves to whether it did what it should. */
export async function follow(job, done) {
  toast("Begun. It goes on when this page is closed.");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const state = await getJSON("/data/job", { job }, { quiet: true }).catch(() => null);
    if (!state || state.state === "running") continue;
    if (state.state === "done") {
      toast(done);
      return true;
    }
    toast(state.output.trim().split("\n").at(-1) || `It ended: ${state.state}.`, { danger: true });
    return false;
  }
}
