import { css } from "lit";

/** What every component starts from: box sizes, buttons, visible focus, text for screen readers alone. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    min-width: 0;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  pre {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: var(--text-lead);
    line-height: 1.3;
    font-weight: 650;
  }
  .name {
    display: inline-block;
    max-width: 100%;
  }
  a {
    color: var(--accent);
    text-underline-offset: 3px;
  }
  .quiet {
    color: var(--text-quiet);
  }
  .small {
    font-size: var(--text-note);
  }
  button,
  .button {
    font: inherit;
    font-size: var(--text-note);
    font-weight: 600;
    line-height: 1.25;
    min-height: 36px;
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    cursor: pointer;
    transition: background-color var(--quick);
  }
  button:hover {
    background: var(--sunken);
  }
  button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover {
    background: color-mix(in oklab, var(--accent), var(--text) 16%);
  }
  button.plain {
    border-color: transparent;
    background: none;
    color: var(--accent);
  }
  button.plain:hover {
    background: var(--accent-soft);
  }
  button:disabled {
    cursor: default;
    border-color: var(--line);
    background: none;
    color: var(--text-quiet);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: var(--radius-small);
  }
  pre {
    overflow: auto;
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-small);
    background: var(--sunken);
    font: var(--text-small) / 1.6 var(--font-code);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
    }
  }
`;
