import { getPublicSuffix } from "tldts";

/** Is a name (A-labels) run by a registry: `cn`, `com.cn`? By the public suffix list, without the private part of it. */
export const isRegistry = (name: string): boolean =>
  !name.includes(".") || getPublicSuffix(name, { validateHostname: false }) === name;
