// The conversation with a car on the bench: signs of life, what it says back, a stop that repeats.

const ALIVE_MS = 200;
const RETRY_MS = 500;
const SILENCE_MS = 1500;
const STOP_AGAIN_MS = 100;

/** `state` is everything the car said; `connection` is "connecting", "open" or "lost". */
export class CalibrateLink {
  /** `read()` gives what every sign of life says too, e.g. `{run: true}` while a button is held. */
  constructor({ read, onChange, onQuestions, onError, onSaved }) {
    this.state = {};
    this.connection = "connecting";
    this._read = read;
    this._onChange = onChange;
    this._onQuestions = onQuestions;
    this._onError = onError;
    this._onSaved = onSaved;
    this._page = crypto.getRandomValues(new Uint32Array(2)).reduce((id, part) => id + part.toString(36), "");
    this._seq = 0;
    this._heardMs = performance.now();
    document.addEventListener("visibilitychange", () => document.hidden && this.say({ bye: true }));
    addEventListener("pagehide", () => this.say({ bye: true }));
    setInterval(() => this._beat(), ALIVE_MS);
    this._connect();
  }

  say(message) {
    if (this._socket?.readyState !== WebSocket.OPEN) return;
    this._seq += 1;
    this._socket.send(JSON.stringify({ ...message, seq: this._seq }));
  }

  /** Said again until the car says that nothing goes out any more. */
  stop() {
    clearInterval(this._stopping);
    this.say({ stop: true });
    this._stopping = setInterval(() => {
      if (this.state.ready === false && this.connection === "open") clearInterval(this._stopping);
      else this.say({ stop: true });
    }, STOP_AGAIN_MS);
  }

  _beat() {
    if (this.connection === "open" && performance.now() - this._heardMs > SILENCE_MS) this._lose();
    if (!document.hidden && this.state.you) this.say(this._read());
  }

  _connect() {
    this._heardMs = performance.now();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this._socket = new WebSocket(`${scheme}://${location.host}/wsCalibrate?page=${this._page}`);
    this._socket.onmessage = ({ data }) => this._hear(JSON.parse(data));
    this._socket.onclose = () => this._lose();
  }

  _lose() {
    this._socket.onmessage = null;
    this._socket.onclose = null;
    this._socket.close();
    this.connection = "lost";
    this._onChange();
    clearTimeout(this._retry);
    this._retry = setTimeout(() => this._connect(), RETRY_MS);
    this._pairIfForgotten();
  }

  _hear(message) {
    this._heardMs = performance.now();
    if (message.questions) this._onQuestions(message.questions);
    if (message.error) this._onError(message.error);
    if ("saved_to" in message) this._onSaved(message.saved_to);
    if (!message.points) return;
    this.connection = "open";
    this.state = message;
    this._onChange();
  }

  /** A car that was started anew knows no old cookies. */
  async _pairIfForgotten() {
    try {
      const answer = await fetch("/calibrate", { method: "HEAD", cache: "no-store" });
      if (answer.status === 401) location.assign("/pair");
    } catch {
      // No network: the retries go on.
    }
  }
}
