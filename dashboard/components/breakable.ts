import { html } from "lit";
import type { TemplateResult } from "lit";

/**
 * Names of assets in a text. An address or a host goes to the next line whole; only where the line is too short for it, it is
 * broken before `@`, `:` and a dot rather than inside a word.
 */
export const breakable = (text: string): TemplateResult[] =>
  text.split(" ").map((word, index) => html`${index === 0 ? "" : " "}<span class="name">${parts(word)}</span>`);

const parts = (word: string): TemplateResult[] =>
  word.split(/(?=[@:.])/).map((part, index) => (index === 0 ? html`${part}` : html`<wbr />${part}`));
