// Numbers with their words.

/** `count` with a comma for thousands; with `word`, that too: "4,000 records", "1 record". */
export function counted(count, word = "") {
  const digits = count.toLocaleString("en");
  return word ? `${digits} ${word}${count === 1 ? "" : "s"}` : digits;
}
