// The conversation with the car: heartbeats, what it says back, and a stop that is never lost.

const HEARTBEAT_MS = 40;
const WATCHING_MS = 500;
const PING_MS = 500;
const STOP_AGAIN_MS = 100;
// A stop that the socket did not carry in this time goes by a request of its own as well.
const STOP_DETOUR_MS = 300;
// The car speaks 20 times a second, 10 while it is short of time: this much silence is a dead socket, whatever the browser says.
const SILENCE_MS = 900;
const CONNECT_MS = 1200;
const RETRY_MS = 250;

/**
 * Keeps a socket to the car, opens it anew when it dies, and sends the order of `read()` 25 times
 * a second while this page drives.
 *
 * `state` is everything the car said. `connection` is "connecting", "open" or "lost".
 */
export class DriveLink {
  /** `read()` gives `{angle, throttle}`; `onChange()` follows every message; `onError(text)` a refusal. */
  constructor({ read, onChange, onError }) {
    this.state = {};
    this.connection = "connecting";
    this.lostMs = undefined;
    this.latencyMs = undefined;
    this.stopping = false;
    this.wantsToDrive = true;
    this.clockOffsetS = undefined;
    this._read = read;
    this._onChange = onChange;
    this._onError = onError;
    this._page = crypto.getRandomValues(new Uint32Array(2)).reduce((id, part) => id + part.toString(36), "");
    this._seq = 0;
    this._heardMs = performance.now();
    this._sentMs = 0;
    this._pingedMs = 0;
    this._asleep = document.hidden;
    this._offsets = [];
    document.addEventListener("visibilitychange", () => (document.hidden ? this.sleep() : this.wake()));
    addEventListener("pagehide", () => this.sleep());
    addEventListener("pageshow", () => this.wake());
    setInterval(() => this._beat(), HEARTBEAT_MS);
    if (!this._asleep) this._connect();
  }

  get drives() {
    return this.connection === "open" && this.state.you_drive === true;
  }

  /** Seconds since the car stopped, as the car counts them. */
  get stoppedS() {
    return this.state.reason_age_s ?? undefined;
  }

  /** Say something once: `{drive_mode: "local"}`, `{resume: true}`. Nothing is queued while offline. */
  say(message) {
    return this._send({ ...message, seq: this._nextSeq(), echo: this.state.tick });
  }

  /** Ask for the driver's seat, now and after the link comes back. */
  take() {
    this.wantsToDrive = true;
    this.say({ take: true });
  }

  /** Stop the car: said at once, again every 100 ms, and by other ways, until the car confirms it. */
  stop() {
    if (this.stopping) return;
    this.stopping = true;
    this._stopSeqs = new Set();
    const sinceMs = performance.now();
    let detourMs = sinceMs;
    const ask = () => {
      if (!this.stopping) return clearInterval(timer);
      const seq = this._nextSeq();
      this._stopSeqs.add(seq);
      this._send({ stop: true, seq });
      const nowMs = performance.now();
      if (nowMs - sinceMs > STOP_DETOUR_MS && nowMs - detourMs > STOP_DETOUR_MS) {
        detourMs = nowMs;
        this._stopByRequest();
      }
    };
    const timer = setInterval(ask, STOP_AGAIN_MS);
    ask();
    this._onChange();
  }

  /** The zero that must not wait for the next heartbeat. */
  sendNow() {
    if (this.drives) this._order();
  }

  /** The page is hidden or leaves: zero throttle, at once, and nothing more until it wakes. */
  sleep() {
    if (this._asleep) return;
    this._asleep = true;
    if (this.state.you_drive) this.say({ angle: 0, throttle: 0, bye: true });
  }

  wake() {
    if (!this._asleep || document.hidden) return;
    this._asleep = false;
    this._heardMs = performance.now();
    if (this.connection !== "open") this._connect();
  }

  _beat() {
    if (this._asleep) return;
    const nowMs = performance.now();
    const silentMs = nowMs - this._heardMs;
    if (this._socket && silentMs > (this.connection === "open" ? SILENCE_MS : CONNECT_MS)) this._lose();
    if (this.connection !== "open" || this.state.tick === undefined) return;
    if (nowMs - this._pingedMs > PING_MS) {
      this._pingedMs = nowMs;
      this._send({ ping: nowMs });
    }
    const mayDrive = this.state.driver === "you" || (this.state.driver === "nobody" && this.wantsToDrive);
    if (mayDrive) this._order();
    else if (nowMs - this._sentMs > WATCHING_MS) this.say({});
  }

  _order() {
    const { angle, throttle } = this._read();
    this.say({ angle: round(angle), throttle: round(throttle) });
  }

  _nextSeq() {
    this._seq += 1;
    return this._seq;
  }

  _send(message) {
    if (this._socket?.readyState !== WebSocket.OPEN) return false;
    this._sentMs = performance.now();
    this._socket.send(JSON.stringify(message));
    return true;
  }

  _connect() {
    clearTimeout(this._retry);
    this._forget();
    this._heardMs = performance.now();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/wsDrive?page=${this._page}`);
    this._socket = socket;
    socket.onmessage = ({ data }) => this._hear(JSON.parse(data));
    socket.onclose = () => this._lose();
  }

  _forget() {
    if (!this._socket) return;
    this._socket.onmessage = null;
    this._socket.onclose = null;
    this._socket.close();
    this._socket = undefined;
  }

  _lose() {
    this._forget();
    if (this.connection === "open" || this.lostMs === undefined) this.lostMs = this._heardMs;
    this.connection = "lost";
    this.latencyMs = undefined;
    this._offsets = [];
    this._retry = setTimeout(() => !this._asleep && this._connect(), RETRY_MS);
    this._onChange();
    this._askForPairingIfForgotten();
  }

  /** A car that was started anew knows no old cookies: go and pair again instead of trying for ever. */
  async _askForPairingIfForgotten() {
    try {
      const answer = await fetch("/drive", { method: "HEAD", cache: "no-store" });
      if (answer.status === 401) location.assign("/pair");
    } catch {
      // No network: the retries go on, and the banner says so.
    }
  }

  _hear(message) {
    const nowMs = performance.now();
    this._heardMs = nowMs;
    if ("pong" in message) this.latencyMs = nowMs - message.pong;
    if ("stop_ack" in message && this._stopSeqs?.has(message.stop_ack)) this.stopping = false;
    if (message.error) this._onError(message.error);
    if (message.tick !== undefined) {
      this.connection = "open";
      this.lostMs = undefined;
      Object.assign(this.state, message);
      this._compareClocks(nowMs / 1000 - message.now_s);
      if (this.state.driver === "other") this.wantsToDrive = false;
      if (this.state.driver === "you") this.wantsToDrive = true;
    }
    this._onChange();
  }

  /** The smallest difference of the last 2 s is the one with the least delay in it. */
  _compareClocks(offsetS) {
    this._offsets.push(offsetS);
    if (this._offsets.length > 40) this._offsets.shift();
    this.clockOffsetS = Math.min(...this._offsets);
  }

  async _stopByRequest() {
    try {
      const answer = await fetch("/drive", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ stop: true }),
        signal: AbortSignal.timeout(1000),
      });
      if (answer.ok) this.stopping = false;
      this._onChange();
    } catch {
      // As dead as the socket: the next attempt follows.
    }
  }
}

function round(value) {
  return Math.round(Math.max(-1, Math.min(1, value)) * 1000) / 1000;
}
