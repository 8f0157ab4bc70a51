// The keyboard: everything that the buttons do, and Space for STOP wherever the focus is.

const STEPS = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, "+": 20, "=": 20, "-": -20 };

/** `press` and `release` are for R, which runs the motor while it is held. */
export function listenToKeys({ stop, press, release, yes, back, step }) {
  addEventListener("keydown", (event) => {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {
      " ": stop,
      r: () => event.repeat || press(),
      Backspace: back,
      // A focused button does what Enter means for it.
      Enter: event.target.matches("button, summary") ? undefined : yes,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const stepUs = STEPS[event.key];
    if (!act && stepUs === undefined) return;
    event.preventDefault();
    if (act) act();
    else step(stepUs);
  });
  addEventListener("keyup", (event) => event.key.toLowerCase() === "r" && release());
}
