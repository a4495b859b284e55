// Reads .nlu models by the WebAssembly module beside it; see docs/device.md.

const ANSWER_TO_UNKNOWN = 0xffffffff, LABEL_BYTES = 1 << 16;

export class Classifier {
  // `module`: bytes of nlu.wasm or a WebAssembly.Module; `file`: bytes of a model.
  static async open(module, file) {
    const made = await WebAssembly.instantiate(module, {});
    return new Classifier((made.instance ?? made).exports, new Uint8Array(file));
  }

  constructor(reader, file) {
    this.reader = reader;
    const at = reader.room(file.length);
    if (!at) throw new Error("not enough memory for the model");
    this.#memory(at, file.length).set(file);
    const code = reader.open(file.length);
    if (code) throw new Error(this.#words(reader.error(code)));
    this.labels = Array.from({ length: reader.labels() }, (_, number) => this.#label(number));
  }

  // Scores of a text before the link, a Float64Array in the order of `labels`.
  scores(text, shown = false) {
    const bytes = new TextEncoder().encode(text);
    const at = this.reader.text(bytes.length);
    if (at) this.#memory(at, bytes.length).set(bytes);
    const found = at && this.reader.scores(bytes.length);
    if (!found) throw new Error("the text cannot be read");
    return this.#numbers(shown ? this.reader.shown() : found);
  }

  // The `top` best labels with their scores as they are shown; the answer to unknown texts first.
  predict(text, top = 1) {
    const raw = this.scores(text), shown = this.#numbers(this.reader.shown());
    const order = Array.from(raw.keys()).sort((a, b) => raw[b] - raw[a] || a - b);
    const best = order.map((number) => ({ label: this.labels[number], score: shown[number] }));
    if (this.reader.unknown(order[0]))
      best.unshift({ label: this.#label(ANSWER_TO_UNKNOWN), score: shown[order[0]] });
    return best.slice(0, top);
  }

  #label(number) {
    const at = this.reader.text(LABEL_BYTES);
    return new TextDecoder().decode(this.#memory(at, this.reader.label(number, LABEL_BYTES)));
  }

  #numbers(at) {
    return new Float64Array(this.reader.memory.buffer, at, this.labels.length).slice();
  }

  #memory(at, size) {
    return new Uint8Array(this.reader.memory.buffer, at, size);
  }

  #words(at) {
    const bytes = new Uint8Array(this.reader.memory.buffer, at);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }
}
