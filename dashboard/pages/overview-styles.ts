import { css } from "lit";

export const overviewStyles = css`
  .page {
    max-width: calc(var(--width) + 2 * var(--space-8));
    margin-inline: auto;
    padding: 0 var(--space-8) var(--space-12);
  }
  .skip {
    position: absolute;
    inset-inline-start: var(--space-4);
    inset-block-start: var(--space-2);
    z-index: 1;
    transform: translateY(-200%);
  }
  .skip:focus {
    transform: none;
  }
  main {
    outline: none;
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-8);
  }
  .sentence {
    display: flex;
    align-items: center;
    gap: var(--space-4);
    margin: var(--space-4) 0 0;
    font-size: var(--text-sentence);
    font-weight: 700;
    line-height: 1.2;
    letter-spacing: -0.02em;
    text-wrap: balance;
  }
  /* Chinese breaks after its commas rather than inside a word. */
  .sentence:lang(zh) {
    letter-spacing: 0;
    word-break: keep-all;
    overflow-wrap: anywhere;
  }
  .sentence status-mark {
    --mark-size: 0.95em;
    --mark-sign: var(--ground);
  }
  .hint {
    max-width: 44em;
    overflow-wrap: anywhere;
  }
  question-grid {
    margin-top: var(--space-2);
  }
  .stale {
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
  @media (max-width: 700px) {
    .page {
      padding-inline: var(--space-4);
    }
    .sentence {
      margin-top: 0;
      align-items: flex-start;
      gap: var(--space-3);
    }
    .sentence status-mark {
      margin-top: 0.12em;
    }
    .content {
      gap: var(--space-6);
    }
  }
`;
