import { pageWords, statusWords } from "../src/i18n/page.ts";
import type { Overview } from "../src/model/api.ts";
import type { Status } from "../src/model/status.ts";
import { isSuspected } from "./components/probe-row.ts";
import { assetInAddress } from "./route.ts";
import type { Voice } from "./voice.ts";
import { assetName, speak } from "./voice.ts";

/** Where the reader is by the address, and where they were on the overview before they left it. */
export function createPlace() {
  let scrolled = 0;
  let isOverview = true;
  let loaded: Promise<unknown> = Promise.resolve();
  // The browser would scroll before the page that it comes back to is drawn.
  history.scrollRestoration = "manual";
  return {
    /** `loaded`: what draws the page of an asset is there; the overview alone does not pay for it. */
    read(): { readonly asset: string | undefined; readonly loaded: Promise<unknown> } {
      const asset = assetInAddress(location.hash);
      if (asset !== undefined) loaded = import("./pages/asset-page.ts");
      if (isOverview && asset !== undefined) scrolled = scrollY;
      isOverview = asset === undefined;
      return { asset, loaded };
    },
    /** After the change is drawn: to the top of an asset, or back to where the overview was left. @param left the asset one comes from */
    arrive(left: string | undefined, focusOn: (id: string) => unknown): void {
      if (!isOverview) scrollTo({ top: 0, behavior: "instant" });
      // An incident in the address has its own place.
      else if (location.hash === "" && left !== undefined) {
        scrollTo({ top: scrolled, behavior: "instant" });
        focusOn(left);
      }
    },
  };
}

/** What the tab says of one asset; undefined where nothing of its name is watched. */
export function assetTitle(
  voice: Voice,
  overview: Overview,
  id: string,
): { readonly status: Status; readonly title: string } | undefined {
  const view = overview.assets.find((asset) => asset.id === id);
  if (view === undefined) return undefined;
  const status = isSuspected(view) ? (view.observed ?? view.status) : view.status;
  const data = { asset: assetName(voice, id), status: speak(voice, statusWords[status]), company: overview.company };
  return { status, title: speak(voice, pageWords.assetTab, data) };
}
