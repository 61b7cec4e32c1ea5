import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";

/** Debian's Chromium, without a word to anybody outside. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
  }[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The serious and critical violations that axe finds, each with where it is; empty when all is well. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // By the debugger and not as a script of the page: its policy would refuse that, as it should.
  await page.evaluate(axeSource);
  const results = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`),
    );
}

/** By how many pixels the page is wider than its window. */
export const sidewaysOverflow = (page: Page): Promise<number> =>
  page.evaluate<number>("document.scrollingElement.scrollWidth - window.innerWidth");

/** What can be tapped and is lower, or as a button narrower, than 44 px (WCAG 2.5.5), each with its size. */
export const smallTargets = (page: Page): Promise<readonly string[]> =>
  page.evaluate<
    readonly string[]
  >(`[...document.querySelectorAll("a, button, input, select, textarea, summary")].flatMap((one) => {
    const { width, height } = one.getBoundingClientRect();
    const hidden = one.type === "hidden" || !one.checkVisibility();
    const small = height < 44 || (one.localName !== "a" && width < 44);
    return hidden || !small ? [] : [one.localName + " " + one.textContent.trim().slice(0, 40) + " " + width + "x" + height];
  })`);
