import { css } from "lit";

export const assetStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-8);
  }
  header {
    margin-top: calc(-1 * var(--space-6));
  }
  h1 {
    font-size: clamp(1.5rem, 1.1rem + 2vw, 2.25rem);
    font-weight: 700;
    line-height: 1.2;
    letter-spacing: -0.02em;
    overflow-wrap: anywhere;
  }
  /* It is gone to by the link that was followed: the page itself shows where one is. */
  h1:focus-visible {
    outline: none;
  }
  h1:lang(zh) {
    letter-spacing: 0;
  }
  .how {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: var(--space-1) var(--space-4);
    margin-top: var(--space-2);
    overflow-wrap: anywhere;
  }
  .how > span {
    min-width: 0;
    max-width: 44em;
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin-top: var(--space-2);
    font-size: var(--text-note);
  }
  nav a {
    max-width: 100%;
    text-decoration: none;
  }
  /* Its words are boxes, which an underline of the link would leave out. */
  nav a .name {
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .back {
    display: inline-block;
    padding-block: var(--space-2);
    font-size: var(--text-note);
    font-weight: 600;
    text-decoration: none;
  }
  .faults {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }
  asset-diagnosis {
    margin-block: calc(-1 * var(--space-4));
  }
  section > h2 {
    margin-bottom: var(--space-3);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2) var(--space-6);
    margin-bottom: var(--space-3);
  }
  .tabs {
    display: flex;
    gap: var(--space-1);
    padding: var(--space-1);
    border-radius: var(--radius);
    background: var(--sunken);
  }
  .tabs button {
    border-color: transparent;
    background: none;
  }
  .tabs button:hover {
    background: var(--surface);
  }
  .tabs [aria-selected="true"] {
    border-color: var(--line-strong);
    background: var(--surface);
  }
  .account {
    max-width: 44em;
    margin-bottom: var(--space-3);
  }
  [aria-busy="true"] > window-bars,
  [aria-busy="true"] > latency-chart {
    opacity: 0.55;
  }
  .waiting {
    min-height: 24rem;
  }
  .latency {
    margin-top: var(--space-6);
  }
  h3 {
    font-size: 1rem;
    font-weight: 650;
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    max-width: 100%;
  }
  select {
    min-width: 0;
    max-width: 100%;
    min-height: 36px;
    padding: var(--space-1) var(--space-2);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: inherit;
    font: inherit;
  }
  .failed {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2) var(--space-4);
    margin-bottom: var(--space-3);
    padding: var(--space-3) var(--space-5);
    border-radius: var(--radius);
    background: var(--warning-soft);
    overflow-wrap: anywhere;
  }
  .probes probe-row {
    border-top: 1px solid var(--line);
  }
  dl {
    display: grid;
    grid-template-columns: minmax(10rem, 18rem) minmax(0, 1fr);
    gap: var(--space-1) var(--space-6);
  }
  dt {
    grid-column: 1;
    color: var(--text-quiet);
  }
  dd {
    grid-column: 2;
  }
  @media (max-width: 700px) {
    :host {
      gap: var(--space-6);
    }
    header {
      margin-top: calc(-1 * var(--space-4));
    }
    .tabs {
      width: 100%;
    }
    .tabs button {
      flex: 1;
      padding-inline: var(--space-1);
    }
    dl {
      grid-template-columns: minmax(0, 1fr);
    }
    dt,
    dd {
      grid-column: 1;
    }
    dd + dt {
      margin-top: var(--space-3);
    }
  }
`;
