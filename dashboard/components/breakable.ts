import { html } from "lit";
import type { TemplateResult } from "lit";

/** An address or a host with its port, to be broken before `@`, `:` and a dot rather than inside a word. */
export const breakable = (text: string): TemplateResult[] =>
  text.split(/(?=[@:.])/).map((part, index) => (index === 0 ? html`${part}` : html`<wbr />${part}`));
