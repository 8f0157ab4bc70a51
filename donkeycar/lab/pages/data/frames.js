// Pictures of records: fetched many at a time, decoded, and kept for a while.

import { address } from "/static/lib/api.js";
import { failure } from "/static/lib/failure.js";
import { toast } from "/static/lib/toast.js";

const KEPT = 600;
const BATCH = 30;

/** Pictures and values of the records of one tub. */
export class Frames {
  constructor(tub, key) {
    this._tub = tub;
    this._key = key;
    this._known = new Map();
    this._asked = new Map();
    this._ended = false;
  }

  /** The record at a position with its `picture`, or undefined while it is not here. */
  get(position) {
    return this._known.get(position);
  }

  /** The nearest record that is here, for a preview. */
  nearest(position) {
    let best;
    for (const [at, frame] of this._known) {
      if (frame.picture && (!best || Math.abs(at - position) < Math.abs(best.position - position))) best = frame;
    }
    return best;
  }

  /** Fetch a record, and those after it with the same step; resolves when they are here. */
  async want(position, { count = BATCH, step = 1 } = {}) {
    if (this._known.has(position) || this._ended) return;
    const asked = this._asked.get(position);
    if (asked) {
      await asked;
      return;
    }
    const fetching = this._fetch(position, count, step);
    const places = [];
    for (let n = 0; n < count; n += 1) {
      const place = position + n * step;
      if (this._asked.has(place)) continue;
      this._asked.set(place, fetching);
      places.push(place);
    }
    try {
      await fetching;
    } finally {
      for (const place of places) this._asked.delete(place);
    }
  }

  /** Forget what is known, e.g. because records were deleted; pictures come again from the server. */
  forget() {
    for (const frame of this._known.values()) frame.picture?.close();
    this._known.clear();
  }

  end() {
    this._ended = true;
    this.forget();
  }

  async _fetch(first, count, step) {
    let told;
    try {
      const args = { tub: this._tub, first, count, step, key: this._key };
      const answer = await fetch(address("/data/pictures", args));
      if (!answer.ok) throw new Error((await answer.json()).error);
      told = await answer.arrayBuffer();
    } catch (error) {
      if (!this._ended) toast(failure(error), { danger: true });
      return;
    }
    const length = new DataView(told).getUint32(0);
    const { records } = JSON.parse(new TextDecoder().decode(new Uint8Array(told, 4, length)));
    let at = 4 + length;
    const decoding = records.map(async (record) => {
      const data = new Uint8Array(told, at, record.bytes);
      at += record.bytes;
      record.picture = record.bytes ? await createImageBitmap(new Blob([data])).catch(() => null) : null;
      return record;
    });
    for (const record of await Promise.all(decoding)) this._keep(record);
  }

  _keep(record) {
    if (this._ended) {
      record.picture?.close();
      return;
    }
    this._known.get(record.position)?.picture?.close();
    this._known.delete(record.position);
    this._known.set(record.position, record);
    while (this._known.size > KEPT) {
      const [oldest, frame] = this._known.entries().next().value;
      frame.picture?.close();
      this._known.delete(oldest);
    }
  }
}
