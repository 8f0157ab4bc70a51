// The questions of the walk: their words, which the car sends once, and the list with ticks.

export class Questions {
  /** `onGo(name)` is called when a question of the list is chosen. */
  constructor({ list, onGo }) {
    this._list = list;
    this._onGo = onGo;
    this._words = [];
  }

  learn(words) {
    this._words = words;
    this._list.replaceChildren(...words.map(({ name, title }) => this._item(name, title)));
  }

  words(name) {
    return this._words.find((question) => question.name === name);
  }

  /** Name of the question before `name`; undefined for the first one. */
  before(name) {
    return this._words[this._words.findIndex((question) => question.name === name) - 1]?.name;
  }

  /** "3 of 9". */
  place(name) {
    return `${this._words.findIndex((question) => question.name === name) + 1} of ${this._words.length}`;
  }

  show({ question, done, ready, unfinished, you }) {
    for (const item of this._list.children) {
      const button = item.firstElementChild;
      const ticked = done.includes(button.value);
      item.dataset.done = String(ticked);
      button.setAttribute("aria-current", button.value === (ready ? question : "wheels") ? "step" : "false");
      button.setAttribute("aria-label", ticked ? `${button.textContent}, done` : button.textContent);
      button.disabled = !ready || Boolean(unfinished) || !you;
    }
  }

  _item(name, title) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.value = name;
    button.textContent = title;
    button.addEventListener("click", () => this._onGo(name));
    item.append(button);
    return item;
  }
}
